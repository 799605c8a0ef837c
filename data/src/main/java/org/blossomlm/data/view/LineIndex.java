package org.blossomlm.data.view;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Where lines of a file begin. Every so many lines the offset is kept; when there are too many of
 * them, every other one goes. So memory is bounded whatever the file, and the longest way from a
 * mark to a line grows with it: 153 lines, about 150 kB, in a file of 20 million records.
 */
final class LineIndex {
  /** A MiB of offsets. */
  static final int MOST_MARKS = 1 << 17;

  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final int mostMarks;
  private long[] marks = new long[1024];
  private int count;
  private long stride = 1;
  private long lines;
  private long bytes;
  private long size;
  private boolean complete;

  /**
   * @param mostMarks even, at least two
   */
  LineIndex(Path file, int mostMarks) {
    this.file = file;
    this.mostMarks = mostMarks;
  }

  /** A line, from 1, and the byte at which it begins. */
  record Mark(long line, long offset) {}

  /** Reads the file from its beginning to its end, or until {@code stopped}. */
  void scan(BooleanSupplier stopped) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = channel.size();
      synchronized (this) {
        size = end;
      }
      long at = 0;
      boolean begins = true;
      while (at < end && !stopped.getAsBoolean()) {
        int read =
            channel.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, end - at)), at);
        if (read <= 0) {
          break;
        }
        begins = add(buffer, read, at, begins);
        at += read;
      }
      synchronized (this) {
        complete = !stopped.getAsBoolean();
      }
    }
  }

  /** Returns whether the next byte begins a line. */
  private synchronized boolean add(byte[] buffer, int length, long at, boolean startsLine) {
    boolean begins = startsLine;
    for (int i = 0; i < length; i++) {
      if (begins) {
        begin(at + i);
      }
      begins = buffer[i] == '\n';
    }
    bytes = at + length;
    return begins;
  }

  private void begin(long offset) {
    if (lines % stride == 0) {
      if (count == mostMarks) {
        count = mostMarks / 2;
        for (int i = 0; i < count; i++) {
          marks[i] = marks[2 * i];
        }
        stride *= 2;
      }
      if (lines % stride == 0) {
        if (count == marks.length) {
          marks = Arrays.copyOf(marks, Math.min(2 * count, mostMarks));
        }
        marks[count++] = offset;
      }
    }
    lines++;
  }

  /** The nearest known place at or before {@code line}. */
  synchronized Mark before(long line) {
    if (count == 0) {
      return new Mark(1, 0);
    }
    int mark = (int) Math.min(count - 1, Math.max(0, line - 1) / stride);
    return new Mark(mark * stride + 1, marks[mark]);
  }

  /** Lines found so far. */
  synchronized long lines() {
    return lines;
  }

  synchronized int marks() {
    return count;
  }

  /** How much of the file has been read, 0 to 1. */
  synchronized double fraction() {
    return complete ? 1 : size == 0 ? 0 : (double) bytes / size;
  }

  synchronized boolean complete() {
    return complete;
  }
}
