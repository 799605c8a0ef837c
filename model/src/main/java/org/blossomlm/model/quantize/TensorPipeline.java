package org.blossomlm.model.quantize;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Quantises a tensor in pieces of whole rows, several at a time, and writes them in order. The
 * result does not depend on the number of threads, because no piece looks at another.
 */
final class TensorPipeline {
  /** Weights of a piece, if a row is not longer. */
  private static final int PIECE = 1 << 18;

  private static final float LARGEST_BF16 = 0x1.FEp127f;

  private final Path file;
  private final ExecutorService threads;
  private final int window;

  /**
   * @param file for errors
   * @param parallel pieces that are computed at the same time
   */
  TensorPipeline(Path file, ExecutorService threads, int parallel) {
    this.file = file;
    this.threads = threads;
    this.window = parallel + 1;
  }

  /**
   * @param done is told how many bytes of the source have been dealt with
   */
  void write(QuantizationPlan.Step step, WritableByteChannel out, LongConsumer done)
      throws IOException {
    Tensor tensor = step.source();
    long rows = tensor.rows();
    int columns = Math.toIntExact(tensor.columns());
    int rowsOfPiece = Math.max(1, PIECE / columns);
    Deque<Piece> idle = new ArrayDeque<>();
    Deque<Future<Piece>> busy = new ArrayDeque<>();
    try {
      for (long row = 0; row < rows; row += rowsOfPiece) {
        Piece piece = idle.poll();
        if (piece == null && busy.size() == window) {
          piece = finish(busy.remove(), out, done);
        }
        if (piece == null) {
          piece = new Piece(step, columns, Math.toIntExact(Math.min(rows, rowsOfPiece)));
        }
        Piece next = piece;
        long first = row;
        int count = (int) Math.min(rowsOfPiece, rows - row);
        busy.add(threads.submit(() -> next.quantize(first, count)));
      }
      while (!busy.isEmpty()) {
        idle.add(finish(busy.remove(), out, done));
      }
    } finally {
      busy.forEach(future -> future.cancel(true));
    }
  }

  private static Piece finish(Future<Piece> future, WritableByteChannel out, LongConsumer done)
      throws IOException {
    Piece piece;
    try {
      piece = future.get();
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
    out.write(ByteBuffer.wrap(piece.blocks, 0, piece.bytes));
    done.accept(piece.sourceEnd);
    return piece;
  }

  /** Room for some rows of a tensor, before and after. */
  private final class Piece {
    private final QuantizationPlan.Step step;
    private final Tensor tensor;
    private final int columns;
    private final float[] weights;
    private final float @Nullable [] importance;
    private final RowQuantizer quantizer;
    private final float limit;
    private final byte[] blocks;
    private int bytes;
    private long sourceEnd;

    Piece(QuantizationPlan.Step step, int columns, int rows) {
      TensorType type = step.type();
      this.step = step;
      this.tensor = step.source();
      this.columns = columns;
      this.weights = new float[rows * columns];
      this.importance = step.importance() == null ? null : new float[rows * columns];
      this.quantizer = new RowQuantizer(type);
      this.limit =
          switch (type) {
            case F32 -> Float.MAX_VALUE;
            case BF16 -> LARGEST_BF16;
            default -> Half.MAX;
          };
      this.blocks = new byte[Math.toIntExact(type.bytes(weights.length))];
    }

    Piece quantize(long firstRow, int rows) {
      int count = rows * columns;
      long offset = firstRow * tensor.rowBytes();
      Dequantizer.dequantize(tensor.type(), tensor.data(), offset, count, weights, 0);
      check(firstRow, count);
      if (importance != null) {
        spread(importance, firstRow, rows);
      }
      quantizer.quantize(weights, 0, count, importance, blocks, 0);
      bytes = (int) step.type().bytes(count);
      sourceEnd = offset + rows * tensor.rowBytes();
      return this;
    }

    /** The importance of each column of the expert that a row belongs to, row after row. */
    private void spread(float[] spread, long firstRow, int rows) {
      float[] known = Objects.requireNonNull(step.importance());
      long rowsOfMatrix = tensor.dimensions().get(1);
      int matrices = known.length / columns;
      for (int row = 0; row < rows; row++) {
        int matrix = (int) ((firstRow + row) / rowsOfMatrix % matrices);
        System.arraycopy(known, matrix * columns, spread, row * columns, columns);
      }
    }

    private void check(long firstRow, int count) {
      for (int i = 0; i < count; i++) {
        if (!(Math.abs(weights[i]) <= limit)) {
          throw new ModelException(
              file
                  + ": tensor '"
                  + tensor.name()
                  + "', row "
                  + (firstRow + i / columns)
                  + ", column "
                  + i % columns
                  + ": found "
                  + weights[i]
                  + (Float.isFinite(weights[i])
                      ? ", at most " + limit + " can be stored as " + step.type()
                      : ", which is no number to quantise: the file is damaged or training"
                          + " diverged"));
        }
      }
    }
  }
}
