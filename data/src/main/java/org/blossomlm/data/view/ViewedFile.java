package org.blossomlm.data.view;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;

/**
 * A file on the page.
 *
 * @param name as people know it, unique on the page
 * @param lineage beside the output of a run: where each record comes from, in the same order
 * @param skipped lines of {@code lineage} that belong to the files before this one, by their number
 */
record ViewedFile(
    String name, Kind kind, Records records, Optional<Records> lineage, List<Records> skipped) {
  /** What the file is in a run. */
  enum Kind {
    FILE,
    KEPT,
    DROPPED,
    FAILED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  ViewedFile {
    skipped = List.copyOf(skipped);
  }

  /** Reads on from a place; records have their lineage. */
  Records.Cursor from(long at) throws IOException {
    Records.Cursor cursor = records.from(at);
    boolean counted = skipped.stream().allMatch(Records::complete);
    if (lineage.isEmpty() || !counted) {
      return cursor;
    }
    long before = skipped.stream().mapToLong(Records::known).sum();
    try {
      return new WithLineage(cursor, lineage.get().from(before + at));
    } catch (IOException | RuntimeException e) {
      cursor.close();
      throw e;
    }
  }

  private record WithLineage(Records.Cursor records, Records.Cursor lines)
      implements Records.Cursor {
    @Override
    public boolean advance() throws IOException {
      // A run that is at work may not have written the line yet.
      return records.advance() && (lines.advance() || true);
    }

    @Override
    public Optional<Entry> entry() {
      return records
          .entry()
          .map(entry ->
              new Entry(
                  entry.at(),
                  entry
                      .record()
                      .map(record -> lines.entry().map(line -> with(record, line)).orElse(record)),
                  entry.step(),
                  entry.reason(),
                  entry.raw()));
    }

    private static DataRecord with(DataRecord record, Entry line) {
      if (!(line.record().orElse(null) instanceof RowRecord row)
          || !(row.fields().get("steps") instanceof List<?> steps)) {
        return record;
      }
      List<Provenance.Step> done = new ArrayList<>();
      for (Object step : steps) {
        if (step instanceof Map<?, ?> calls) {
          calls.forEach((operator, keys) ->
              done.add(
                  new Provenance.Step(
                      String.valueOf(operator),
                      keys instanceof List<?> list
                          ? list.stream().map(String::valueOf).toList()
                          : List.of())));
        } else {
          done.add(new Provenance.Step(String.valueOf(step), List.of()));
        }
      }
      Optional<Provenance.Origin> origin =
          row.fields().get("file") instanceof String file
                  && row.fields().get("row") instanceof Number place
              ? Optional.of(new Provenance.Origin(file, place.longValue()))
              : Optional.empty();
      return record.mapHead(head ->
          new RecordHead(
              row.id(),
              new LinkedHashMap<>(head.metadata()),
              new Provenance(origin, done),
              head.failure(),
              head.extra()));
    }

    @Override
    public long position() {
      return records.position();
    }

    @Override
    public void close() {
      records.close();
      lines.close();
    }
  }
}
