package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.HALVES;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/*
 * A token's row, padded to 64 bytes:
 *
 *   int16 q[columns]            round(x · 127 / max|x of the block of 32|)
 *   int16 sums[columns / 8]     of q
 *   float scales[columns / 32]  of one step of q; NaN where a block has an infinity or NaN
 */
/** Activations rounded to 8 bits, as products with interleaved rows read them. */
final class VectorActivations {
  /** Below this, 127 / max is infinite; such a block is taken for zeros. */
  private static final float SMALLEST = 0x1p-120f;

  /** Adding and subtracting it rounds to the nearest integer, of two to the even one. */
  private static final float ROUND = 0x1.8p23f;

  private VectorActivations() {}

  static long bytes(int columns) {
    return scalesAt(columns) + columns / 32 * 4L + 63 & -64;
  }

  private static long sumsAt(int columns) {
    return 2L * columns;
  }

  private static long scalesAt(int columns) {
    return sumsAt(columns) + columns / 8 * 2L;
  }

  /** Encodes a token, whose values start at byte {@code at} and whose row at {@code row}. */
  static void encode(MemorySegment x, long at, int columns, MemorySegment to, long row) {
    for (int block = 0; block < columns / 32; block++) {
      float largest = largest(x, at + 128L * block);
      boolean finite = largest <= Float.MAX_VALUE;
      boolean zero = largest < SMALLEST;
      float scale = zero ? 0 : finite ? largest / 127 : Float.NaN;
      to.set(JAVA_FLOAT_UNALIGNED, row + scalesAt(columns) + 4L * block, scale);
      float inverse = finite && !zero ? 127 / largest : 0;
      round(x, at + 128L * block, inverse, to, row + 64L * block);
    }
    for (int i = 0; i < columns / 8; i++) {
      int sum = 0;
      for (int c = 8 * i; c < 8 * i + 8; c++) {
        sum += to.get(JAVA_SHORT_UNALIGNED, row + 2L * c);
      }
      to.set(JAVA_SHORT_UNALIGNED, row + sumsAt(columns) + 2L * i, (short) sum);
    }
  }

  /** The largest magnitude of 32 values; NaN if there is one. */
  private static float largest(MemorySegment x, long at) {
    FloatVector largest = FloatVector.zero(FLOATS);
    for (int i = 0; i < 32; i += LANES) {
      largest = largest.max(VectorKernels.load(x, at + 4L * i).abs());
    }
    return VectorMath.max(largest);
  }

  private static void round(MemorySegment x, long at, float inverse, MemorySegment to, long row) {
    for (int i = 0; i < 32; i += LANES) {
      FloatVector v = VectorKernels.load(x, at + 4L * i).mul(inverse).add(ROUND).sub(ROUND);
      ShortVector q = (ShortVector) v.convertShape(VectorOperators.F2S, HALVES, 0);
      q.intoMemorySegment(to, row + 2L * i, LITTLE_ENDIAN);
    }
  }

  /**
   * Reads a chunk of a token.
   *
   * @param row byte of the token's row
   * @param to column of {@code b.x} at which the chunk goes
   */
  static void read(
      MemorySegment encoded, long row, int all, int column, int columns, TileBuffers b, int to) {
    MemorySegment.copy(encoded, JAVA_SHORT_UNALIGNED, row + 2L * column, b.x, to, columns);
    long sums = row + sumsAt(all) + column / 8 * 2L;
    MemorySegment.copy(encoded, JAVA_SHORT_UNALIGNED, sums, b.xSums, to / 8, columns / 8);
    long scales = row + scalesAt(all) + column / 32 * 4L;
    MemorySegment.copy(encoded, JAVA_FLOAT_UNALIGNED, scales, b.xScales, to / 32, columns / 32);
  }
}
