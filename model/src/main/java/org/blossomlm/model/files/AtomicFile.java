package org.blossomlm.model.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A file that appears under its name only when it is complete. Until then it lies beside the target
 * as {@code .NAME.RANDOM.partial}. It is removed when its writing fails, when the program is told
 * to stop and, where the program was killed, by whoever writes the same target next.
 */
public final class AtomicFile implements WritableByteChannel {
  private final Path target;
  private final Partial partial;
  private final ByteBuffer buffer;
  private final Function<String, ? extends RuntimeException> failure;
  private long position;

  private AtomicFile(
      Path target,
      Partial partial,
      ByteBuffer buffer,
      Function<String, ? extends RuntimeException> failure) {
    this.target = target;
    this.partial = partial;
    this.buffer = buffer.clear();
    this.failure = failure;
  }

  /**
   * Starts a file.
   *
   * @param buffer used until {@link #force}
   * @param failure makes the exception of the format from a message
   */
  public static AtomicFile create(
      Path target, ByteBuffer buffer, Function<String, ? extends RuntimeException> failure) {
    if (Files.isDirectory(target)) {
      throw failure.apply(target + ": cannot be written: it is a directory");
    }
    try {
      return new AtomicFile(target, Partial.file(target), buffer, failure);
    } catch (NoSuchFileException e) {
      throw Failures.because(failure, target + ": cannot be written: its folder does not exist", e);
    } catch (IOException e) {
      throw Failures.because(failure, target + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Bytes written so far. */
  public long position() {
    return position;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int bytes = source.remaining();
    while (source.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int step = Math.min(source.remaining(), buffer.remaining());
      buffer.put(buffer.position(), source, source.position(), step);
      buffer.position(buffer.position() + step);
      source.position(source.position() + step);
    }
    position += bytes;
    return bytes;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      partial.channel().write(buffer);
    }
    buffer.clear();
  }

  /** Writes everything to the device; what is left is to {@link #commit}. */
  public void force() throws IOException {
    flush();
    partial.channel().force(true);
  }

  /** Renames the complete file over its target. */
  public void commit() {
    try {
      partial.commit();
    } catch (IOException e) {
      throw Failures.because(failure, target + ": cannot be replaced: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isOpen() {
    return partial.channel().isOpen();
  }

  /** Removes the file unless it was committed. */
  @Override
  public void close() {
    try {
      partial.close();
    } catch (IOException e) {
      throw Failures.because(failure, partial.path() + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
