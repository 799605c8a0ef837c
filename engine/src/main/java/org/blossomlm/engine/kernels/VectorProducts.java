package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorLayout.CHUNK;
import static org.blossomlm.engine.kernels.VectorShapes.GROUP;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/*
 * A group is two vectors of rows: half a tile, a whole one or two of them, as wide as vectors are. A chunk of a group is
 * decoded in two steps that stay in the first-level cache, to bytes and scales, and these to floats; what a type's bits
 * mean is known to the first step alone. With one token the second step is part of the multiplication.
 *
 * Few tokens: group by group, all chunks of a group before the next, so that weights are read from memory in the order in
 * which they lie. Many tokens: chunk by chunk, so that the activations of a chunk stay in the second-level cache while the
 * groups pass by. In both a row's sum takes its chunks in order.
 */
/** Matrix products with quantised weights whose rows are interleaved ({@link VectorLayout}). */
final class VectorProducts {
  /** Activations that stay in the second-level cache. */
  private static final int NEAR = 1 << 16;

  /** Sums that are kept at once when there are many tokens. */
  private static final int SUMS = 1 << 17;

  private final VectorLayout layout;

  VectorProducts(VectorLayout layout) {
    this.layout = layout;
  }

  long packedBytes(Matrix matrix) {
    return layout.packedBytes(matrix.rows(), matrix.columns());
  }

  void pack(Matrix matrix, int firstRow, int lastRow, MemorySegment packed) {
    int columns = matrix.columns();
    for (int row = firstRow; row < lastRow; row++) {
      long to = row / ROW_TILE * layout.tileBytes(columns);
      layout.pack(matrix.tensor(), row, 0, columns, packed, to, row % ROW_TILE);
    }
  }

  void multiply(
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput input,
      int tokens,
      MemorySegment out,
      TileBuffers b) {
    int columns = weights.columns();
    if ((long) tokens * columns <= NEAR) {
      b.growX(tokens * columns);
      for (int c = 0; c < columns; c += CHUNK) {
        arrange(input, tokens, c, Math.min(CHUNK, columns - c), b.x, c, columns);
      }
      b.growSums(tokens * GROUP);
      for (int row = firstRow; row < lastRow; row += GROUP) {
        Arrays.fill(b.sums, 0, tokens * GROUP, 0);
        for (int c = 0; c < columns; c += CHUNK) {
          multiply(weights, row, lastRow, c, tokens, c, columns, 0, b);
        }
        write(b.sums, 0, row, lastRow, tokens, weights.rows(), out);
      }
      return;
    }
    int sweep = GROUP * Math.max(1, SUMS / (tokens * GROUP));
    b.growX(tokens * CHUNK);
    b.growSums(sweep * tokens);
    for (int row = firstRow; row < lastRow; row += sweep) {
      sweep(weights, row, Math.min(lastRow, row + sweep), input, tokens, out, b);
    }
  }

  private void sweep(
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput input,
      int tokens,
      MemorySegment out,
      TileBuffers b) {
    int columns = weights.columns();
    Arrays.fill(b.sums, 0);
    for (int c = 0; c < columns; c += CHUNK) {
      arrange(input, tokens, c, Math.min(CHUNK, columns - c), b.x, 0, CHUNK);
      for (int row = firstRow; row < lastRow; row += GROUP) {
        multiply(weights, row, lastRow, c, tokens, 0, CHUNK, (row - firstRow) * tokens, b);
      }
    }
    for (int row = firstRow; row < lastRow; row += GROUP) {
      write(b.sums, (row - firstRow) * tokens, row, lastRow, tokens, weights.rows(), out);
    }
  }

  /**
   * Brings a chunk of every token's activations into the order of the chains.
   *
   * @param to where the first token's go
   * @param stride from one token's to the next one's
   */
  private void arrange(
      ProductInput input, int tokens, int column, int columns, float[] x, int to, int stride) {
    int run = layout.run();
    for (int t = 0; t < tokens; t++, to += stride) {
      long from = 4 * ((long) t * input.columns() + column);
      for (int c = 0; c < columns; c += 2 * run) {
        copy(input.floats(), from + 4L * c, x, to + c / 2, run);
        copy(input.floats(), from + 4L * (c + run), x, to + columns / 2 + c / 2, run);
      }
    }
  }

  private static void copy(MemorySegment floats, long at, float[] x, int to, int count) {
    for (int i = 0; i < count; i += LANES) {
      VectorKernels.load(floats, at + 4L * i).intoArray(x, to + i);
    }
  }

  /** All tokens with one group and chunk. */
  private void multiply(
      Matrix weights,
      int row,
      int lastRow,
      int column,
      int tokens,
      int x,
      int stride,
      int sums,
      TileBuffers b) {
    int columns = Math.min(CHUNK, weights.columns() - column);
    decode(weights, row, lastRow, column, columns, 0, b);
    // A second vector beyond the last row repeats the first; nobody looks at its sums.
    int second = row + LANES < lastRow ? row + LANES : row;
    decode(weights, second, lastRow, column, columns, 1, b);
    if (tokens == 1) {
      VectorTiles.multiplyOne(b.quants, b.scales, b.minima, columns, b.x, x, b.sums, sums);
      return;
    }
    VectorTiles.widen(b.quants, b.scales, b.minima, columns, b.weights);
    int half = columns / 2;
    int t = 0;
    for (; t <= tokens - VectorTiles.TOKENS; t += VectorTiles.TOKENS) {
      int from = x + t * stride;
      int to = sums + t * GROUP;
      VectorTiles.multiply(b.weights, 0, half, b.x, from, stride, b.sums, to);
      VectorTiles.multiply(b.weights, half * GROUP, half, b.x, from + half, stride, b.sums, to);
    }
    for (; t < tokens; t++) {
      VectorTiles.multiplyOne(b.weights, half, b.x, x + t * stride, b.sums, sums + t * GROUP);
    }
  }

  /** Quants and scales of a vector of rows, out of the packed matrix or packed now. */
  private void decode(
      Matrix weights, int row, int lastRow, int column, int columns, int vector, TileBuffers b) {
    MemorySegment packed = weights.packed();
    long at;
    int lane;
    if (weights.isPacked()) {
      at = row / ROW_TILE * layout.tileBytes(weights.columns()) + layout.tileBytes(column);
      lane = row % ROW_TILE;
    } else {
      packed = b.chunk(vector, layout.tileBytes(CHUNK));
      at = 0;
      lane = 0;
      for (int r = row; r < Math.min(lastRow, row + LANES); r++) {
        layout.pack(weights.tensor(), r, column, columns, packed, 0, r - row);
      }
    }
    int v = vector * LANES;
    VectorQuants.decode(layout.type(), packed, at, lane, columns, b.quants, v);
    VectorScales.decode(layout.type(), packed, at, lane, columns, b, v);
  }

  /** Copies a group's sums to the rows that were asked for. */
  private static void write(
      float[] sums, int from, int row, int lastRow, int tokens, int rows, MemorySegment out) {
    int count = Math.min(GROUP, lastRow - row);
    for (int t = 0; t < tokens; t++) {
      long to = 4 * ((long) t * rows + row);
      MemorySegment.copy(sums, from + t * GROUP, out, JAVA_FLOAT_UNALIGNED, to, count);
    }
  }
}
