package org.blossomlm.data.card;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.Lengths;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/** What is in a data set, in memory that does not grow with it. */
final class SetCounts {
  /** Values that are told apart; further ones count as others. */
  private static final int MOST_VALUES = 200;

  private static final String OTHER = "…";
  private static final List<String> SOURCES = List.of("origin", "source");

  private final RecordStatistics statistics = new RecordStatistics();
  private final Map<String, Long> languages = new TreeMap<>();
  private final Map<String, Long> sources = new TreeMap<>();

  /**
   * Counts files.
   *
   * @param lineage a line for each record of all files together, that says where it comes from
   * @throws DataException if one cannot be read
   */
  static SetCounts of(List<Path> files, Optional<Path> lineage) {
    var counts = new SetCounts();
    List<String> names = files.stream().map(Path::toString).toList();
    try (RecordReader reader = RecordFiles.read(names, ReadOptions.DEFAULT);
        Lineage lines = new Lineage(lineage)) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        counts.add(next.get(), lines.next());
      }
    } catch (IOException e) {
      throw new DataException(lineage.map(Path::toString).orElse("") + ": cannot be read: " + e, e);
    }
    return counts;
  }

  private void add(DataRecord record, Optional<String> origin) {
    statistics.add(record);
    count(languages, language(record));
    count(
        sources,
        metadata(record, SOURCES)
            .or(() -> origin)
            .map(name -> name.substring(name.lastIndexOf('/') + 1))
            .orElse("–"));
  }

  private static Optional<String> metadata(DataRecord record, List<String> keys) {
    for (String key : keys) {
      if (record.head().metadata().get(key) instanceof String value && !value.isBlank()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** As the record says; else by the scripts of its letters. */
  private static String language(DataRecord record) {
    return metadata(record, List.of("language"))
        .orElseGet(() -> RecordStatistics.language(texts(record)));
  }

  private static List<String> texts(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> chat.messages().stream().map(each -> each.content()).toList();
      case TextRecord text -> List.of(text.text());
      case PreferenceRecord pair -> pair.prompt().stream().map(each -> each.content()).toList();
      case RowRecord row ->
          row.fields().values().stream()
              .filter(String.class::isInstance)
              .map(String.class::cast)
              .toList();
    };
  }

  private static void count(Map<String, Long> counts, String value) {
    counts.merge(
        counts.containsKey(value) || counts.size() < MOST_VALUES ? value : OTHER, 1L, Long::sum);
  }

  long records() {
    return statistics.records();
  }

  Map<String, Long> languages() {
    return languages;
  }

  Map<String, Long> sources() {
    return sources;
  }

  /** Conversations by their questions. */
  Map<Integer, Long> turns() {
    return statistics.turns();
  }

  Map<String, Long> kinds() {
    return statistics.kinds();
  }

  /** Characters of a record, what {@code share} of all have at most. */
  long length(double share) {
    Lengths lengths = statistics.lengths().get("record");
    return lengths == null ? 0 : lengths.quantile(share);
  }

  /** Names of the files that records come from. */
  private static final class Lineage implements AutoCloseable {
    private final @Nullable BufferedReader reader;

    Lineage(Optional<Path> file) throws IOException {
      reader = file.isPresent() ? Files.newBufferedReader(file.get()) : null;
    }

    Optional<String> next() throws IOException {
      String line = reader == null ? null : reader.readLine();
      return line != null
              && JsonTree.parse(line) instanceof Map<?, ?> map
              && map.get("file") instanceof String file
          ? Optional.of(file)
          : Optional.empty();
    }

    @Override
    public void close() throws IOException {
      if (reader != null) {
        reader.close();
      }
    }
  }
}
