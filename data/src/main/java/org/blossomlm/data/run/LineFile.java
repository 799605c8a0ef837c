package org.blossomlm.data.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** Reads the lines of a stage's file from any byte on. */
final class LineFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();

  /** Of the byte after the buffer. */
  private long read;

  LineFile(Path file, long from) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    read = from;
  }

  /** The byte after the last line that was read. */
  long position() {
    return read - buffer.remaining();
  }

  long size() throws IOException {
    return channel.size();
  }

  /** The next line, without its newline. */
  Optional<byte[]> next() throws IOException {
    byte[] line = new byte[0];
    while (true) {
      if (!buffer.hasRemaining()) {
        buffer.clear();
        int count = channel.read(buffer, read);
        buffer.flip();
        if (count <= 0) {
          buffer.limit(0);
          return line.length == 0 ? Optional.empty() : Optional.of(line);
        }
        read += count;
      }
      int start = buffer.position();
      int end = start;
      byte[] bytes = buffer.array();
      while (end < buffer.limit() && bytes[end] != '\n') {
        end++;
      }
      int before = line.length;
      line = Arrays.copyOf(line, before + end - start);
      System.arraycopy(bytes, start, line, before, end - start);
      if (end < buffer.limit()) {
        buffer.position(end + 1);
        return Optional.of(line);
      }
      buffer.position(end);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
