package org.blossomlm.data.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.zip.ZipException;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.format.TableCells;
import org.jspecify.annotations.Nullable;

/**
 * The records of some files, one after the other. What is no record is told to {@link
 * ReadOptions#onBadLine} and left out, or ends the reading if that is strict; a file that cannot be
 * read on (compressed data that is cut off or damaged, a JSON document with a syntax error) always
 * ends it. One record is in memory at a time. Not for use by several threads.
 */
public final class RecordReader implements AutoCloseable {
  private final Queue<InputFile> waiting;
  private final ReadOptions options;
  private final Map<String, RecordFormat> formats = new LinkedHashMap<>();
  private @Nullable InputFile file;
  private @Nullable ObjectSource source;
  private Optional<RecordFormat> format;
  private ReadCount count = ReadCount.NONE;
  private Origin place = new Origin("", 0);

  RecordReader(List<InputFile> files, ReadOptions options) {
    this.waiting = new ArrayDeque<>(files);
    this.options = options;
    this.format = options.format();
  }

  /**
   * The next record; nothing at the end.
   *
   * @throws DataException naming the file, the place and what is wrong
   */
  public Optional<DataRecord> next() {
    while (true) {
      if (source == null && !open()) {
        return Optional.empty();
      }
      Optional<ObjectSource.Item> item = advance();
      if (item.isEmpty()) {
        closeFile();
        continue;
      }
      Optional<DataRecord> record =
          switch (item.get()) {
            case ObjectSource.Found found -> record(found);
            case ObjectSource.Bad bad -> bad(bad);
            case ObjectSource.Blank blank -> {
              count =
                  new ReadCount(
                      count.files(), count.records(), count.blankLines() + 1, count.badLines());
              yield Optional.empty();
            }
          };
      if (record.isPresent()) {
        return record;
      }
    }
  }

  /** What has been read so far. */
  public ReadCount count() {
    return count;
  }

  /** The formats of the files that have been read so far, by the name of the file. */
  public Map<String, RecordFormat> formats() {
    return java.util.Collections.unmodifiableMap(formats);
  }

  /** Where the last record stood, whatever it says of an earlier place. */
  public Origin place() {
    return place;
  }

  private String fileName() {
    return file == null ? "" : file.name();
  }

  private Optional<DataRecord> record(ObjectSource.Found found) {
    boolean table = FileType.of(fileName()).filter(FileType::isTextTable).isPresent();
    Map<String, @Nullable Object> structured =
        table ? TableCells.read(found.object()) : found.object();
    RecordFormat read = format.orElseGet(() -> RecordFormat.detect(structured));
    if (format.isEmpty()) {
      format = Optional.of(read);
    }
    formats.putIfAbsent(fileName(), read);
    place = new Origin(fileName(), found.row());
    try {
      boolean texts = read == RecordFormat.ROWS || read == RecordFormat.TEXT;
      DataRecord record = read.read(texts ? found.object() : structured, place);
      count =
          new ReadCount(count.files(), count.records() + 1, count.blankLines(), count.badLines());
      return Optional.of(record);
    } catch (DataException e) {
      byte[] raw =
          found.raw().length > 0
              ? found.raw()
              : JsonTree.write(found.object()).getBytes(StandardCharsets.UTF_8);
      return bad(
          new ObjectSource.Bad(found.row(), "as " + read.wireName() + ": " + e.getMessage(), raw));
    }
  }

  private Optional<DataRecord> bad(ObjectSource.Bad bad) {
    BadLine line = new BadLine(fileName(), bad.row(), bad.reason(), bad.raw());
    if (options.strict()) {
      throw new DataException(line.message());
    }
    count = new ReadCount(count.files(), count.records(), count.blankLines(), count.badLines() + 1);
    options.onBadLine().accept(line);
    return Optional.empty();
  }

  private boolean open() {
    InputFile next = waiting.poll();
    if (next == null) {
      return false;
    }
    file = next;
    format = options.format();
    count = new ReadCount(count.files() + 1, count.records(), count.blankLines(), count.badLines());
    try {
      source = SourceOpener.open(next, options);
    } catch (DataException e) {
      throw new DataException(next.name() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw failure(e, "its beginning");
    }
    return true;
  }

  private Optional<ObjectSource.Item> advance() {
    ObjectSource current = java.util.Objects.requireNonNull(source);
    try {
      return current.next();
    } catch (DataException e) {
      throw new DataException(fileName() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw failure(e, current.place());
    }
  }

  private DataException failure(IOException e, String place) {
    String message = String.valueOf(e.getMessage());
    boolean cut = e instanceof EOFException || message.contains("Truncated source");
    String reason =
        switch (e) {
          case NoSuchFileException none -> "there is no such file";
          case AccessDeniedException denied -> "no permission to read it";
          case IOException end when cut ->
              "the compressed data ends too early, after %s; the file was cut off".formatted(place);
          case ZipException damaged -> "damaged after %s: %s".formatted(place, message);
          default -> "cannot be read after %s: %s".formatted(place, message);
        };
    return new DataException(fileName() + ": " + reason, e);
  }

  /** Ends the reading. */
  @Override
  public void close() {
    waiting.clear();
    closeFile();
  }

  private void closeFile() {
    ObjectSource open = source;
    source = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw failure(e, open.place());
      }
    }
  }

  /** The stream must not be used afterwards if this fails. */
  static void closeAfter(InputStream stream, Throwable failure) {
    try {
      stream.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
