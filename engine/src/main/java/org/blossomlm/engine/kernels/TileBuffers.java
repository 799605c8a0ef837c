package org.blossomlm.engine.kernels;

import static org.blossomlm.engine.kernels.VectorLayout.CHUNK;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/*
 * Of one band of rows and one chunk of columns:
 *
 *   quants   [column][row]          rows as they are packed
 *   floats   [column][row]          the same, rows of even lanes first, as in what follows
 *   scales   [group][row]
 *   minima   [group][row]
 *   dots     [token][group][row]    sums of products of quants, whole numbers
 *   narrowDots                      the same in 16 bits, rows as they are packed
 *
 * Of tokens, from where a chunk starts:
 *
 *   x        [token][column]        8-bit activations, in 16 bits
 *   xScales  [token][column / 32]
 *   xSums    [token][column / 8]    sums of x
 */
/** Arrays that one worker's products go through, see {@link VectorProducts}. */
final class TileBuffers {
  final short[] quants = new short[CHUNK * BAND];
  final float[] floats = new float[CHUNK * BAND];
  final float[] scales = new float[CHUNK / 16 * BAND];
  final float[] minima = new float[CHUNK / 16 * BAND];
  final float[] dots = new float[VectorTiles.TOKENS * CHUNK / 16 * BAND];
  final short[] narrowDots = new short[VectorTiles.TOKENS * CHUNK / 16 * BAND];

  short[] x = new short[0];
  float[] xScales = new float[0];
  short[] xSums = new short[0];

  /** {@link #x} as floats, for quants that are not narrow. */
  float[] xFloats = new float[0];

  /** Results so far: by band, token and row. */
  float[] sums = new float[0];

  /** A chunk of a tile of a matrix that was not packed at load. */
  private MemorySegment tile = MemorySegment.NULL;

  void growX(int size) {
    if (x.length < size) {
      x = new short[size];
      xFloats = new float[size];
      xScales = new float[size / 32 + 1];
      xSums = new short[size / 8 + 1];
    }
  }

  void growSums(int size) {
    if (sums.length < size) {
      sums = new float[size];
    }
  }

  MemorySegment tile(long bytes) {
    if (tile.byteSize() < bytes) {
      tile = Arena.ofAuto().allocate(bytes, 64);
    }
    return tile;
  }
}
