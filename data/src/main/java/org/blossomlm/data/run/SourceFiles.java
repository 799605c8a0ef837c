package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;

/** TEMPORARY until data.file arrives. */
final class SourceFiles {
  private final Path folder;

  SourceFiles(Path folder) {
    this.folder = folder;
  }

  interface Reader extends AutoCloseable {
    Optional<DataRecord> next() throws IOException;

    OptionalDouble fraction();

    @Override
    void close() throws IOException;
  }

  Reader open(Recipe.Source source, long skip) throws IOException {
    LineFile lines = new LineFile(folder.resolve(source.files().getFirst()), 0);
    for (long i = 0; i < skip; i++) {
      lines.next();
    }
    return new Reader() {
      @Override
      public Optional<DataRecord> next() throws IOException {
        return lines.next().map(RecordLine::read);
      }

      @Override
      public OptionalDouble fraction() {
        return OptionalDouble.empty();
      }

      @Override
      public void close() throws IOException {
        lines.close();
      }
    };
  }

  List<String> describe(Recipe.Source source) {
    List<String> files = new ArrayList<>();
    for (String file : source.files()) {
      files.add(stamp(folder.resolve(file)));
    }
    return files;
  }

  /** What tells a file from a changed one. */
  static String stamp(Path file) {
    try {
      return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
