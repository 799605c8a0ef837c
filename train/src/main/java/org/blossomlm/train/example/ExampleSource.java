package org.blossomlm.train.example;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.format.RecordFormat;

/**
 * Where records are read from.
 *
 * @param folder against which the names of files are resolved
 * @param files paths or globs
 * @param format of all files; empty to find it out
 * @param at where the records are in a JSON document
 * @param limit the first so many are taken
 */
public record ExampleSource(
    Path folder,
    List<String> files,
    Optional<RecordFormat> format,
    Optional<String> at,
    OptionalLong limit) {
  public ExampleSource {
    files = List.copyOf(files);
  }

  public static ExampleSource of(Path folder, String... files) {
    return new ExampleSource(
        folder, List.of(files), Optional.empty(), Optional.empty(), OptionalLong.empty());
  }

  /**
   * Opens the files.
   *
   * @param strict whether a line that is no record is an error
   */
  public RecordReader open(boolean strict) {
    ReadOptions options = ReadOptions.DEFAULT.withStrict(strict);
    if (format.isPresent()) {
      options = options.withFormat(format.get());
    }
    if (at.isPresent()) {
      options = options.withAt(at.get());
    }
    return RecordFiles.read(folder, files, options);
  }

  /** The files as they are named in the ids of records. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    files.forEach(file -> names.addAll(RecordFiles.names(folder, file)));
    return names;
  }
}
