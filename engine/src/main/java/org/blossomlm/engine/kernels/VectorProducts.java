package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorLayout.CHUNK;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/*
 * A product takes a band of rows and a chunk of columns at a time:
 *
 *   packed words -> quants (16 bits) -> sums of groups, whole numbers -> times scales, floats
 *
 * Few tokens: band by band, all chunks of a band before the next, so that weights are read from memory in the order in
 * which they lie; where nothing is stored in between, a packed row is one chunk. Many tokens: chunk by chunk, so that the
 * activations of a chunk stay in the second-level cache while the bands pass by. In both a row's sum takes its groups in
 * order.
 */
/** Matrix products with quantised weights whose rows are interleaved ({@link VectorLayout}). */
final class VectorProducts {
  /** Tokens that are multiplied one by one rather than as a tile that is not full. */
  private static final int FEW = 3;

  /** Activations that stay in the second-level cache. */
  private static final int NEAR = 1 << 15;

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
    for (int row = firstRow; row < lastRow; row += ROW_TILE) {
      int rows = Math.min(ROW_TILE, lastRow - row);
      long to = row / ROW_TILE * layout.tileBytes(columns);
      layout.pack(matrix.tensor(), row, rows, 0, columns, packed, to);
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
    // Whole chunks, so that every token's activations lie CHUNK apart within one.
    int chunks = (weights.columns() + CHUNK - 1) / CHUNK;
    int padded = tokens <= FEW ? tokens : tokens + VectorTiles.TOKENS - 1 & -VectorTiles.TOKENS;
    boolean near = padded * chunks <= NEAR / CHUNK;
    b.growX((near ? chunks : 1) * padded * CHUNK);
    // Few tokens: all chunks of a token in a row.
    int xToken = near && tokens <= FEW ? chunks * CHUNK : CHUNK;
    int xChunk = near && tokens <= FEW ? CHUNK : padded * CHUNK;
    int sweep = near ? ROW_TILE : ROW_TILE * Math.max(1, SUMS / (tokens * ROW_TILE));
    b.growSums(sweep * tokens);
    if (near) {
      for (int c = 0; c < chunks; c++) {
        read(input, tokens, c, b, c * xChunk, xToken);
      }
    }
    boolean whole = near && tokens <= FEW && weights.isPacked() && VectorSteps.adds(layout.type());
    int step = whole ? weights.columns() : CHUNK;
    for (int first = firstRow; first < lastRow; first += sweep) {
      int last = Math.min(lastRow, first + sweep);
      Arrays.fill(b.sums, 0, sweep * tokens, 0);
      for (int c = 0; c * step < weights.columns(); c++) {
        if (!near) {
          read(input, tokens, c, b, 0, CHUNK);
        }
        int x = near ? c * xChunk : 0;
        int columns = Math.min(step, weights.columns() - c * step);
        for (int row = first; row < last; row += ROW_TILE) {
          int sums = (row - first) * tokens;
          tile(weights, row, last, c * CHUNK, columns, tokens, x, xToken, sums, b);
        }
      }
      for (int row = first; row < last; row += ROW_TILE) {
        write(b.sums, (row - first) * tokens, row, last, tokens, weights.rows(), out);
      }
    }
  }

  /** Reads a chunk of all tokens to column {@code to} of the buffers. */
  private void read(ProductInput input, int tokens, int chunk, TileBuffers b, int to, int xToken) {
    int column = chunk * CHUNK;
    int columns = Math.min(CHUNK, input.columns() - column);
    long row = 0;
    for (int t = 0; t < tokens; t++, row += VectorActivations.bytes(input.columns())) {
      int at = to + t * xToken;
      VectorActivations.read(input.encoded(), row, input.columns(), column, columns, b, at);
      if (!layout.narrow() && tokens > FEW) {
        for (int c = at; c < at + columns; c++) {
          b.xFloats[c] = b.x[c];
        }
      }
    }
  }

  /** All tokens with one chunk of a tile. */
  private void tile(
      Matrix weights,
      int row,
      int lastRow,
      int column,
      int columns,
      int tokens,
      int x,
      int xToken,
      int sums,
      TileBuffers b) {
    MemorySegment packed = weights.packed();
    long at = row / ROW_TILE * layout.tileBytes(weights.columns()) + layout.tileBytes(column);
    if (!weights.isPacked()) {
      packed = b.tile(layout.tileBytes(CHUNK));
      at = 0;
      int rows = Math.min(ROW_TILE, lastRow - row);
      layout.pack(weights.tensor(), row, rows, column, columns, packed, 0);
    }
    for (int lane = 0; lane < ROW_TILE; lane += BAND) {
      long bandAt = at + 2L * lane;
      if (tokens <= FEW) {
        few(packed, bandAt, columns, tokens, x, xToken, sums + lane * tokens, b);
      } else {
        many(packed, bandAt, columns, tokens, x, sums + lane * tokens, b);
      }
    }
  }

  /** Tokens one by one. */
  private void few(
      MemorySegment packed,
      long at,
      int columns,
      int tokens,
      int x,
      int xToken,
      int sums,
      TileBuffers b) {
    if (VectorSteps.adds(layout.type())) {
      for (int t = 0; t < tokens; t++) {
        VectorSteps.add(layout, packed, at, columns, b, x + t * xToken, sums + t * BAND);
      }
      return;
    }
    VectorScales.decode(layout, packed, at, columns, b);
    for (int t = 0; t < tokens; t++) {
      int from = x + t * xToken;
      if (!VectorSteps.dots(layout, packed, at, columns, b, from)) {
        VectorQuants.decode(layout, packed, at, columns, b.quants);
        VectorTiles.dotsOfOne(b.quants, columns, layout.group(), b.x, from, b.narrowDots);
        VectorTiles.widen(b.narrowDots, columns / 16 * BAND, b.dots);
      }
      scale(b, 0, columns, from, sums + t * BAND);
    }
  }

  private void many(
      MemorySegment packed, long at, int columns, int tokens, int x, int sums, TileBuffers b) {
    VectorScales.decode(layout, packed, at, columns, b);
    VectorQuants.decode(layout, packed, at, columns, b.quants);
    if (!layout.narrow()) {
      VectorTiles.widen(b.quants, columns * BAND, b.floats);
    }
    int step = layout.narrow() ? VectorTiles.TOKENS : VectorTiles.FLOAT_TOKENS;
    for (int t = 0; t < tokens; t += step) {
      int from = x + t * CHUNK;
      if (layout.narrow()) {
        VectorTiles.dots(b.quants, columns, layout.group(), b.x, from, b.narrowDots);
        VectorTiles.widen(b.narrowDots, b.narrowDots.length, b.dots);
      } else {
        VectorTiles.floatDots(b.floats, columns, layout.group(), b.xFloats, from, b.dots);
      }
      for (int i = 0; i < Math.min(step, tokens - t); i++) {
        scale(b, i * CHUNK / 16 * BAND, columns, from + i * CHUNK, sums + (t + i) * BAND);
      }
    }
  }

  /** Adds one token's groups to its sums. */
  private void scale(TileBuffers b, int dots, int columns, int x, int sums) {
    int group = layout.group();
    int groups = columns / group;
    VectorTiles.addScaled(
        b.dots, dots, b.scales, groups, 32 / group, b.xScales, x / 32, b.sums, sums);
    if (layout.minima()) {
      VectorTiles.addMinima(b.minima, groups, b.xSums, x / 8, b.xScales, x / 32, b.sums, sums);
    }
  }

  /** Copies a tile's sums to the rows that were asked for: eight of even lanes, eight of odd. */
  private static void write(
      float[] sums, int from, int row, int lastRow, int tokens, int rows, MemorySegment out) {
    for (int r = 0; r < ROW_TILE && row + r < lastRow; r += BAND / 2) {
      int count = Math.min(BAND / 2, lastRow - row - r);
      int lane = r % 8 * 2;
      int at = from + lane * tokens + r / 8 * (BAND / 2);
      for (int t = 0; t < tokens; t++) {
        long to = 4 * ((long) t * rows + row + r);
        MemorySegment.copy(sums, at + t * BAND, out, JAVA_FLOAT_UNALIGNED, to, count);
      }
    }
  }
}
