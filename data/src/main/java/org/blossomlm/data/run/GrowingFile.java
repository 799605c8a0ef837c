package org.blossomlm.data.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of a run that only grows, and whose length a checkpoint remembers. */
final class GrowingFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Opens files; tests put a full disk here. */
  @FunctionalInterface
  interface Opener {
    SeekableByteChannel open(Path file) throws IOException;

    /** At their end. */
    Opener OF_FILE_SYSTEM =
        file -> {
          Files.createDirectories(file.toAbsolutePath().getParent());
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          channel.position(channel.size());
          return channel;
        };
  }

  private final Path path;
  private final SeekableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long length;
  private boolean changed;

  GrowingFile(Path path, Opener opener) throws IOException {
    this.path = path;
    channel = opener.open(path);
    length = channel.position();
  }

  Path path() {
    return path;
  }

  /** In bytes, with those that are not on the disk yet. */
  long length() {
    return length;
  }

  void write(byte[] bytes) throws IOException {
    changed = true;
    if (bytes.length > buffer.remaining()) {
      flush();
    }
    if (bytes.length > buffer.capacity()) {
      writeAll(ByteBuffer.wrap(bytes));
    } else {
      buffer.put(bytes);
    }
    length += bytes.length;
  }

  /** Hands everything to the operating system. */
  void flush() throws IOException {
    buffer.flip();
    try {
      writeAll(buffer);
    } finally {
      buffer.clear();
    }
  }

  /** Waits until everything is on the disk. */
  void force() throws IOException {
    if (changed) {
      flush();
      if (channel instanceof FileChannel file) {
        file.force(false);
      }
      changed = false;
    }
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Leaves what was not flushed: without a checkpoint it counts for nothing. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
