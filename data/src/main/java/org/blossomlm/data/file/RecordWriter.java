package org.blossomlm.data.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.model.files.AtomicFolder;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to a file, or to several. Until {@link #commit} they lie in a hidden folder beside
 * it, which goes when the writer is closed, when the program is told to stop and, after a kill,
 * when the same file is written again: under its own name there is never half a file. Not for use
 * by several threads.
 */
public final class RecordWriter implements AutoCloseable {
  private record Part(Path path, long records) {}

  private final Path target;
  private final WriteOptions options;
  private final FileType type;
  private final AtomicFolder scratch;
  private final List<Part> parts = new ArrayList<>();
  private @Nullable ObjectSink sink;
  private long records;
  private long bytes;
  private long total;

  RecordWriter(Path target, WriteOptions options) {
    this.target = target;
    this.options = options;
    this.type = type(target);
    if (Files.isDirectory(target)) {
      throw new DataException(target + ": cannot be written: it is a folder");
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new DataException(target + ": cannot be written: its folder does not exist");
    }
    try {
      scratch = AtomicFolder.create(target);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static FileType type(Path target) {
    FileType type = FileType.of(String.valueOf(target.getFileName())).orElse(FileType.ZIP);
    boolean compressed = target.toString().toLowerCase(Locale.ROOT).matches(".*\\.(gz|zst)");
    if (type == FileType.ZIP
        || type == FileType.TEXT_LINES
        || (type == FileType.PARQUET && compressed)) {
      throw new DataException(
          target
              + ": cannot be written: the name must end in .jsonl, .json, .csv or .tsv,"
              + " with .gz or .zst after it if it is to be compressed, or in .parquet");
    }
    return type;
  }

  /**
   * Adds a record.
   *
   * @throws DataException if the format cannot hold the record, which is then left out, or if the
   *     disk is full
   */
  public void write(DataRecord record) {
    add(options.format().write(record));
  }

  private void add(Map<String, @Nullable Object> object) {
    try {
      boolean full =
          options.maxRecords().filter(most -> records >= most).isPresent()
              || options.maxBytes().filter(most -> bytes >= most).isPresent();
      if (sink != null && full) {
        finishPart();
      }
      ObjectSink current = sink == null ? begin() : sink;
      bytes += current.write(object);
      records++;
      total++;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Records written so far. */
  public long records() {
    return total;
  }

  private ObjectSink begin() throws IOException {
    Path path = scratch.path().resolve("part-" + parts.size());
    String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
    ObjectSink begun =
        switch (type) {
          case JSON_LINES -> new JsonSink(path, name, false);
          case JSON -> new JsonSink(path, name, true);
          default -> new TableSink(path, name, type);
        };
    sink = begun;
    return begun;
  }

  private void finishPart() throws IOException {
    ObjectSink finished = sink == null ? begin() : sink;
    finished.finish();
    sink = null;
    Path path = scratch.path().resolve("part-" + parts.size());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    parts.add(new Part(path, records));
    records = 0;
    bytes = 0;
  }

  /**
   * Gives the files their names; what had them before is replaced.
   *
   * @throws DataException if the disk is full
   */
  public List<WrittenFile> commit() {
    try {
      if (sink != null || parts.isEmpty()) {
        finishPart();
      }
      List<WrittenFile> files = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        Part part = parts.get(i);
        Path path = options.sharded() ? shard(i + 1, parts.size()) : target;
        files.add(new WrittenFile(path, part.records(), Files.size(part.path())));
        Files.move(
            part.path(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      if (options.datasetInfo()) {
        DatasetInfo.update(target, options.format(), files);
      }
      return files;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private Path shard(int number, int count) {
    String name = String.valueOf(target.getFileName());
    String plain = FileType.uncompressed(name);
    int dot = plain.lastIndexOf('.');
    return target.resolveSibling(
        String.format(
            Locale.ROOT,
            "%s-%05d-of-%05d%s",
            name.substring(0, dot),
            number,
            count,
            name.substring(dot)));
  }

  private DataException failure(IOException e) {
    return new DataException(target + ": cannot be written: " + e.getMessage(), e);
  }

  /** Gives up what was not committed. */
  @Override
  public void close() {
    try (scratch) {
      if (sink != null) {
        sink.close();
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
