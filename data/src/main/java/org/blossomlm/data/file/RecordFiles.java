package org.blossomlm.data.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.blossomlm.data.DataException;

/**
 * Opens files of records: JSON Lines, JSON, Parquet, CSV, TSV, lines of text; plain, {@code .gz},
 * {@code .zst} or members of {@code .zip}.
 */
public final class RecordFiles {
  private RecordFiles() {}

  /**
   * Reads a file, all data files below a folder, what a glob matches, or {@code
   * archive.zip!member}; files of a folder or glob in the order of their names.
   *
   * @throws DataException if there is no such file
   */
  public static RecordReader read(String pathOrGlob, ReadOptions options) {
    return read(List.of(pathOrGlob), options);
  }

  /** Reads several of these, one after the other. */
  public static RecordReader read(List<String> pathsOrGlobs, ReadOptions options) {
    List<InputFile> files = new ArrayList<>();
    pathsOrGlobs.forEach(each -> files.addAll(InputFiles.find(each)));
    return new RecordReader(files, options);
  }

  /** The names of the files that {@link #read} would read, as provenance has them. */
  public static List<String> names(String pathOrGlob) {
    return InputFiles.find(pathOrGlob).stream().map(InputFile::name).toList();
  }

  /**
   * Reads files whose names are relative to {@code folder}. In provenance, and so in the ids that
   * follow from it, the names stay as they are given: the same wherever the folder lies.
   */
  public static RecordReader read(Path folder, List<String> pathsOrGlobs, ReadOptions options) {
    List<InputFile> files = new ArrayList<>();
    pathsOrGlobs.forEach(each -> files.addAll(find(folder, each)));
    return new RecordReader(files, options);
  }

  /** The names of the files that {@code pathOrGlob} stands for, relative to {@code folder}. */
  public static List<String> names(Path folder, String pathOrGlob) {
    return find(folder, pathOrGlob).stream().map(InputFile::name).toList();
  }

  private static List<InputFile> find(Path folder, String pathOrGlob) {
    if (pathOrGlob.startsWith("/")) {
      return InputFiles.find(pathOrGlob);
    }
    String base = folder.toAbsolutePath().normalize().toString().replace('\\', '/');
    return InputFiles.find(base + "/" + pathOrGlob).stream()
        .map(file ->
            file.name().startsWith(base + "/")
                ? new InputFile(
                    file.name().substring(base.length() + 1), file.path(), file.opener())
                : file)
        .toList();
  }

  /**
   * Begins a file, whose type follows from its name.
   *
   * @throws DataException if it cannot be written there
   */
  public static RecordWriter write(Path file, WriteOptions options) {
    return new RecordWriter(file, options);
  }
}
