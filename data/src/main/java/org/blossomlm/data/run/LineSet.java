package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.OrderedWork;
import org.blossomlm.data.operator.SetOperator;

/**
 * The records of a stage's file for operators that look at all. Where lines begin lies in a file of
 * its own, eight bytes a line, made when somebody first asks for records by number; neither is held
 * in memory.
 */
final class LineSet implements SetOperator.RecordSet, AutoCloseable {
  private static final int INDEX_BUFFER = 1 << 16;

  private final Path file;
  private final Path index;
  private final long size;
  private final RunControl control;
  private Optional<FileChannel> offsets = Optional.empty();
  private Optional<FileChannel> lines = Optional.empty();

  /**
   * @param index may be written and is deleted at the end
   * @param size records of the file
   */
  LineSet(Path file, Path index, long size, RunControl control) {
    this.file = file;
    this.index = index;
    this.size = size;
    this.control = control;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void forEach(Consumer<? super DataRecord> consumer) throws InterruptedException {
    var records = new OrderedWork<byte[], DataRecord>(RecordLine::read, consumer);
    try (var reader = new LineFile(file, 0)) {
      for (Optional<byte[]> line = reader.next(); line.isPresent(); line = reader.next()) {
        checkStop();
        records.add(line.get(), line.get().length);
      }
      records.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void forEach(long[] indices, Consumer<? super DataRecord> consumer)
      throws InterruptedException {
    var records = new OrderedWork<byte[], DataRecord>(RecordLine::read, consumer);
    try {
      FileChannel starts = offsets();
      FileChannel data = lines();
      ByteBuffer bounds = ByteBuffer.allocate(2 * Long.BYTES);
      for (long number : indices) {
        checkStop();
        if (number < 0 || number >= size) {
          throw new IndexOutOfBoundsException("record " + number + " of " + size);
        }
        readAt(starts, bounds.clear(), number * Long.BYTES);
        long start = bounds.getLong(0);
        long end = bounds.getLong(Long.BYTES) - 1;
        ByteBuffer line = ByteBuffer.allocate(Math.toIntExact(end - start));
        readAt(data, line, start);
        records.add(line.array(), line.array().length);
      }
      records.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkStop() throws InterruptedException {
    if (control.isStopping()) {
      throw new InterruptedException("stopped");
    }
  }

  private static void readAt(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
    long at = from;
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, at);
      if (count < 0) {
        throw new IOException("the file of a stage is shorter than its index says");
      }
      at += count;
    }
  }

  private FileChannel lines() throws IOException {
    if (lines.isEmpty()) {
      lines = Optional.of(FileChannel.open(file, StandardOpenOption.READ));
    }
    return lines.get();
  }

  /** Where each line begins, and behind the last one where it would go on. */
  private FileChannel offsets() throws IOException {
    if (offsets.isEmpty()) {
      FileChannel channel =
          FileChannel.open(
              index,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      offsets = Optional.of(channel);
      ByteBuffer buffer = ByteBuffer.allocate(INDEX_BUFFER);
      buffer.putLong(0);
      try (var reader = new LineFile(file, 0)) {
        while (reader.next().isPresent()) {
          if (!buffer.hasRemaining()) {
            writeAll(channel, buffer);
          }
          buffer.putLong(reader.position());
        }
      }
      writeAll(channel, buffer);
    }
    return offsets.get();
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    if (offsets.isPresent()) {
      offsets.get().close();
    }
    if (lines.isPresent()) {
      lines.get().close();
    }
    Files.deleteIfExists(index);
  }
}
