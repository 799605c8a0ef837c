package org.blossomlm.model.files;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears under its name only when it is complete. Until then it lies beside the target
 * as {@code .NAME.RANDOM.partial}. It is removed when its writing fails, when the program is told
 * to stop and, where the program was killed, by whoever writes the same target next.
 */
public final class AtomicFile implements SegmentChannel {
  /**
   * Linux takes page cache for each write in blocks as large as the write. Small blocks are those
   * that were freed last; large ones may be memory that was never touched, which a virtual machine
   * has to fetch first. Writes of 256 KiB were measured to take twice as long, of 1 MiB four times.
   */
  private static final int BUFFER_BYTES = 1 << 17;

  private static final int SMALL_BUFFER_BYTES = 1 << 14;

  private static final long PIECE = 1 << 26;

  /** So much may be written before the device is asked to begin with it. */
  private static final long WRITTEN_BACK = 1 << 28;

  private final Path target;
  private final Partial partial;
  private final ByteBuffer buffer;
  private final Function<String, ? extends RuntimeException> failure;
  private final AtomicReference<@Nullable IOException> notWrittenBack = new AtomicReference<>();
  private @Nullable Thread writingBack;
  private long position;
  private long writtenBack;

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

  /** A buffer for files of many megabytes. */
  public static ByteBuffer largeBuffer() {
    return ByteBuffer.allocateDirect(BUFFER_BYTES);
  }

  /**
   * Starts a file.
   *
   * @param buffer used until {@link #force}; see {@link #largeBuffer}
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

  /**
   * Writes a small file as a whole.
   *
   * @param failure makes the exception of the format from a message
   * @throws IOException if the bytes cannot be written; the target is as it was
   */
  public static void write(
      Path target, byte[] bytes, Function<String, ? extends RuntimeException> failure)
      throws IOException {
    try (AtomicFile file = create(target, ByteBuffer.allocate(SMALL_BUFFER_BYTES), failure)) {
      file.write(ByteBuffer.wrap(bytes));
      file.force();
      file.commit();
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

  /**
   * Writes memory. What is mapped from a file is copied by the operating system: it need not be
   * paged in, which costs more than the copying.
   */
  @Override
  public void write(MemorySegment data) throws IOException {
    Optional<MappedFile.Region> region =
        data.isNative() && data.byteSize() > buffer.capacity()
            ? MappedFile.regionOf(data)
            : Optional.empty();
    if (region.isPresent()) {
      flush();
      transfer(region.get(), data.byteSize());
    } else {
      for (long from = 0; from < data.byteSize(); from += PIECE) {
        write(data.asSlice(from, Math.min(PIECE, data.byteSize() - from)).asByteBuffer());
      }
    }
  }

  private void transfer(MappedFile.Region source, long bytes) throws IOException {
    for (long done = 0; done < bytes; ) {
      long step =
          source
              .channel()
              .transferTo(
                  source.position() + done, Math.min(PIECE, bytes - done), partial.channel());
      if (step <= 0) {
        throw new EOFException("the source was shortened while it was read");
      }
      done += step;
      position += step;
      writeBack();
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      partial.channel().write(buffer);
    }
    buffer.clear();
    writeBack();
  }

  /**
   * Lets the device write while more is made. Otherwise the operating system would keep all until
   * the end, and {@link #force} would wait for it as long as the making took.
   */
  private void writeBack() {
    if (position - writtenBack < WRITTEN_BACK || (writingBack != null && writingBack.isAlive())) {
      return;
    }
    writtenBack = position;
    writingBack =
        Thread.ofPlatform()
            .daemon()
            .name("write-back")
            .start(() -> {
              try {
                partial.channel().force(false);
              } catch (ClosedChannelException e) {
                // It was given up meanwhile.
                System.getLogger(AtomicFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "{0}", e.toString());
              } catch (IOException e) {
                notWrittenBack.set(e); // The system tells it once.
              }
            });
  }

  /** Writes everything to the device; what is left is to {@link #commit}. */
  public void force() throws IOException {
    flush();
    partial.channel().force(true);
    IOException earlier = notWrittenBack.get();
    if (earlier != null) {
      throw earlier;
    }
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
