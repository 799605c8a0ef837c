package org.blossomlm.model.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.blossomlm.model.ModelException;

/**
 * A file that appears under its name only when it is complete. Until then it lies beside the target
 * as {@code .NAME.RANDOM.partial}, so that the last step is a rename within one file system.
 */
public final class AtomicFile implements WritableByteChannel {
  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final Function<String, ? extends ModelException> failure;
  private long position;
  private boolean committed;

  private AtomicFile(
      Path target,
      Path partial,
      FileChannel channel,
      ByteBuffer buffer,
      Function<String, ? extends ModelException> failure) {
    this.target = target;
    this.partial = partial;
    this.channel = channel;
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
      Path target, ByteBuffer buffer, Function<String, ? extends ModelException> failure) {
    String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    Path partial = target.resolveSibling("." + target.getFileName() + "." + random + ".partial");
    if (Files.isDirectory(target)) {
      throw failure.apply(target + ": cannot be written: it is a directory");
    }
    try {
      // Not Files.createTempFile: the model gets the permissions of an ordinary new file.
      FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new AtomicFile(target, partial, channel, buffer, failure);
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
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Writes everything to the device and closes the file; what is left is to {@link #commit}. */
  public void force() throws IOException {
    flush();
    channel.force(true);
    channel.close();
  }

  /** Renames the complete file over its target. */
  public void commit() {
    try {
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
    } catch (IOException e) {
      throw Failures.because(failure, target + ": cannot be replaced: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Removes the file unless it was committed. */
  @Override
  public void close() {
    try {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw Failures.because(failure, partial + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
