package org.blossomlm.model.convert;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.blossomlm.model.files.SegmentChannel;

/**
 * Makes the rows of one matrix after another on several threads and writes them in order. A few
 * chunks are made ahead of the one that is written, so memory use is bounded whatever the size of
 * the model.
 */
final class RowPipeline implements AutoCloseable {
  /** Small enough that buffers are ordinary objects to the garbage collector. */
  private static final int CHUNK_ELEMENTS = 1 << 16;

  private static final long COPY_BYTES = 64 << 20;

  private final ExecutorService workers;
  private final int ahead;
  private final long totalBytes;
  private final ConversionProgress progress;
  private long doneBytes;

  /** Makes the bytes of rows {@code [from, to)}. */
  @FunctionalInterface
  interface ChunkMaker {
    byte[] make(long from, long to);
  }

  /**
   * @param totalBytes of all matrices, for {@code progress}
   */
  RowPipeline(int threads, long totalBytes, ConversionProgress progress) {
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("convert-", 0).factory());
    this.ahead = 2 * threads + 1;
    this.totalBytes = totalBytes;
    this.progress = progress;
  }

  /** Writes {@code rows} of {@code columns}, made by {@code maker}. */
  void write(String name, long rows, long columns, ChunkMaker maker, WritableByteChannel out)
      throws IOException {
    long step = Math.max(1, CHUNK_ELEMENTS / Math.max(1, columns));
    var chunks = new ArrayDeque<Future<byte[]>>();
    try {
      long next = 0;
      while (next < rows || !chunks.isEmpty()) {
        while (next < rows && chunks.size() < ahead) {
          long from = next;
          long to = Math.min(rows, from + step);
          chunks.add(workers.submit(() -> maker.make(from, to)));
          next = to;
        }
        ByteBuffer bytes = ByteBuffer.wrap(result(chunks.remove()));
        advance(name, bytes.remaining());
        out.write(bytes);
      }
    } finally {
      chunks.forEach(RowPipeline::abandon);
    }
  }

  /** Writes bytes that need no change. */
  void copy(String name, MemorySegment data, WritableByteChannel out) throws IOException {
    for (long from = 0; from < data.byteSize(); from += COPY_BYTES) {
      long count = Math.min(COPY_BYTES, data.byteSize() - from);
      SegmentChannel.write(data.asSlice(from, count), out);
      advance(name, count);
    }
  }

  private void advance(String name, long bytes) {
    doneBytes += bytes;
    progress.written(name, doneBytes, totalBytes);
  }

  private static byte[] result(Future<byte[]> chunk) throws IOException {
    try {
      return chunk.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure; // No memory, or a mapped file that was shortened.
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Sees that nobody reads the source any more: it may be unmapped next. */
  private static void abandon(Future<byte[]> chunk) {
    if (!chunk.cancel(false)) {
      try {
        chunk.get();
      } catch (ExecutionException | CancellationException e) {
        System.getLogger(RowPipeline.class.getName())
            .log(System.Logger.Level.DEBUG, "{0}", e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
