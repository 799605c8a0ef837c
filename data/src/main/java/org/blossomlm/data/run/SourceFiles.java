package org.blossomlm.data.run;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.BadLine;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.recipe.Recipe;

/** Reads the sources of a recipe, from any record on. */
final class SourceFiles {
  /** Where so many lines in a row are no records, the file is another one than was meant. */
  private static final int MAX_BAD_LINES = 10_000;

  private static final int COUNT_BUFFER = 1 << 16;

  private final Path folder;

  private final SourceIds ids = new SourceIds();

  /** Lines by source, as far as somebody has counted them. */
  private final Map<String, Long> lines = new ConcurrentHashMap<>();

  /**
   * @param folder against which the names of files are resolved
   */
  SourceFiles(Path folder) {
    this.folder = folder;
  }

  /** Reads one source. */
  final class Reader implements AutoCloseable {
    private final String source;
    private final RecordReader records;
    private final List<byte[]> bad = new ArrayList<>();
    private long at;

    private Reader(Recipe.Source source, long skip) {
      this.source = source.name();
      ReadOptions options = ReadOptions.DEFAULT.withBadLinesTo(this::note);
      Optional<RecordFormat> format = source.format().flatMap(RecordFormat::named);
      if (format.isPresent()) {
        options = options.withFormat(format.get());
      }
      if (source.at().isPresent()) {
        options = options.withAt(source.at().get());
      }
      records = RecordFiles.read(folder, source.files(), options);
      while (at < skip && next().isPresent()) {
        bad.clear(); // They were told of when the record behind them was new.
      }
      bad.clear();
    }

    Optional<DataRecord> next() {
      Optional<DataRecord> record = records.next();
      if (record.isPresent()) {
        at++;
      }
      return record;
    }

    /** {@code record}, the last one, with an id that no other record of the run has. */
    DataRecord unique(DataRecord record) {
      return ids.unique(record, source, records.place());
    }

    /** Lines for {@code failed.jsonl} about what was met since this was last asked. */
    List<byte[]> takeBadLines() {
      List<byte[]> taken = List.copyOf(bad);
      bad.clear();
      return taken;
    }

    private void note(BadLine line) {
      bad.add(
          RecordLine.of(source, line.message(), new String(line.raw(), StandardCharsets.UTF_8)));
      if (bad.size() > MAX_BAD_LINES) {
        throw new DataException(
            "%s: more than %d bad lines in a row up to this one; is it the right file, and the right format?"
                .formatted(line.message(), MAX_BAD_LINES));
      }
    }

    /** How much has been read, from 0 to 1, once the lines have been counted. */
    OptionalDouble fraction() {
      Long total = lines.get(source);
      return total == null || total == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(Math.min(1, (double) at / total));
    }

    @Override
    public void close() {
      records.close();
    }
  }

  Reader open(Recipe.Source source, long skip) {
    if (source.limit().isEmpty() && !lines.containsKey(source.name())) {
      lines.put(source.name(), 0L);
      // Nobody waits for it, and a source that cannot be counted is only one without a bar.
      Thread.ofVirtual().name("count-lines").start(() -> count(source));
    }
    return new Reader(source, skip);
  }

  /** Lines are records in the formats that are one record a line, near enough for a bar. */
  private void count(Recipe.Source source) {
    try {
      long count = 0;
      byte[] buffer = new byte[COUNT_BUFFER];
      for (String name : names(source)) {
        if (!name.endsWith(".jsonl")) {
          return;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(folder.resolve(name)))) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            for (int i = 0; i < n; i++) {
              if (buffer[i] == '\n') {
                count++;
              }
            }
          }
        }
      }
      lines.put(source.name(), count);
    } catch (IOException | DataException e) {
      lines.put(source.name(), 0L);
    }
  }

  private List<String> names(Recipe.Source source) {
    List<String> names = new ArrayList<>();
    source.files().forEach(file -> names.addAll(RecordFiles.names(folder, file)));
    return names;
  }

  /**
   * The files of a source, each with what tells it from a changed one.
   *
   * @throws DataException if there is none
   */
  List<String> describe(Recipe.Source source) {
    return names(source).stream()
        .map(name -> name + " " + stamp(folder.resolve(archive(name))))
        .toList();
  }

  private static String archive(String name) {
    int member = name.indexOf('!');
    return member < 0 ? name : name.substring(0, member);
  }

  static String stamp(Path file) {
    try {
      return Files.size(file) + " bytes of " + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
