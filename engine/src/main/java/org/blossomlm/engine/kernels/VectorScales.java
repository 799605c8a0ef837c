package org.blossomlm.engine.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;
import static org.blossomlm.engine.kernels.VectorShapes.BAND_FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.BAND_INTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/*
 * Rows of even lanes first, then those of odd ones: both are the halves of 32-bit lanes. n counts half words of a block,
 * so byte i of a block's table of scales is in word n + i/2.
 */
/**
 * Scales and minima of one band of rows and one chunk of columns, as floats. Where 32 columns have
 * one scale in the file and groups are of 16, it stands twice.
 */
final class VectorScales {
  private static final int WORD = 2 * ROW_TILE;

  /**
   * Of a float16 that was moved to the top and then down by the three bits of exponent it lacks.
   */
  private static final int SIGN_AND_HALF = 0x8fffe000;

  private VectorScales() {}

  /**
   * Decodes a chunk's.
   *
   * @param at byte of the tile's first block, in the lane of the band's first row
   */
  static void decode(
      VectorLayout layout, MemorySegment packed, long at, int columns, TileBuffers b) {
    int blocks = columns / 32;
    long next = (long) ROW_TILE * layout.type().blockBytes();
    switch (layout.type()) {
      case Q5_0 -> blocks(packed, at, next, blocks, 2, b.scales);
      case Q4_0, Q8_0 -> blocks(packed, at, next, blocks, 1, b.scales);
      case Q4_1, Q5_1 -> {
        blocks(packed, at, next, blocks, 2, b.scales);
        blocks(packed, at + WORD, next, blocks, 2, b.minima);
      }
      default -> {
        decode(layout, packed, at, b, 0);
        decode(layout, packed, at, b, 1);
      }
    }
    if (layout.minima() && layout.offset() != 0) {
      for (int i = 0; i < columns / layout.group() * BAND; i += BAND / 2) {
        FloatVector moved = scale(b.scales, i).mul(layout.offset()).add(scale(b.minima, i));
        moved.intoArray(b.minima, i);
      }
    }
  }

  private static FloatVector scale(float[] values, int at) {
    return FloatVector.fromArray(BAND_FLOATS, values, at);
  }

  /** A block of 256: rows of the even lanes, or the odd ones. */
  private static void decode(
      VectorLayout layout, MemorySegment packed, long at, TileBuffers b, int odd) {
    switch (layout.type()) {
      case Q2_K -> {
        fourBits(packed, at, 0, half(packed, at, 40, odd), b.scales, odd);
        fourBits(packed, at, 4, half(packed, at, 41, odd).neg(), b.minima, odd);
      }
      case Q3_K -> q3_k(packed, at, half(packed, at, 54, odd), b.scales, odd);
      case Q4_K, Q5_K -> {
        sixBits(packed, at, 2, 0, half(packed, at, 0, odd), b.scales, odd);
        sixBits(packed, at, 4, 4, half(packed, at, 1, odd).neg(), b.minima, odd);
      }
      case Q6_K -> q6_k(packed, at, half(packed, at, 104, odd), b.scales, odd);
      default -> throw new IllegalStateException(layout.toString());
    }
  }

  /**
   * The float16 in the upper half of every lane: its bits moved into a float are its value times
   * 2^-112, subnormals included. Infinities and NaNs come out as 65536 or more; these become NaN.
   */
  static FloatVector upperHalves(IntVector bits) {
    FloatVector value =
        bits.lanewise(VectorOperators.ASHR, 3)
            .and(SIGN_AND_HALF)
            .reinterpretAsFloats()
            .mul(0x1p112f);
    FloatVector huge = value.mul(0x1p112f);
    return value.add(huge.sub(huge));
  }

  /** A float16 for each block of 32, stored for one group or two, all rows at once. */
  private static void blocks(
      MemorySegment packed, long at, long next, int blocks, int copies, float[] out) {
    for (int k = 0; k < blocks; k++) {
      IntVector both = IntVector.fromMemorySegment(BAND_INTS, packed, at + k * next, LITTLE_ENDIAN);
      FloatVector even = upperHalves(both.lanewise(VectorOperators.LSHL, 16));
      FloatVector odd = upperHalves(both);
      for (int to = k * copies * BAND; to < (k + 1) * copies * BAND; to += BAND) {
        even.intoArray(out, to);
        odd.intoArray(out, to + BAND / 2);
      }
    }
  }

  /** Q2_K: a byte for sixteen columns, four bits from {@code shift}. */
  private static void fourBits(
      MemorySegment packed, long at, int shift, FloatVector d, float[] out, int odd) {
    for (int g = 0; g < 16; g++) {
      IntVector bits = bits(packed, at, g >> 1, odd);
      bits = bits.lanewise(VectorOperators.LSHR, 8 * (g & 1) + shift).and(15);
      floats(bits).mul(d).intoArray(out, place(g, odd));
    }
  }

  /** Six bits for sixteen columns: four in nibbles of eight bytes, two in the next four bytes. */
  private static void q3_k(MemorySegment packed, long at, FloatVector d, float[] out, int odd) {
    for (int g = 0; g < 16; g++) {
      IntVector low = bits(packed, at, 48 + (g >> 1 & 3), odd);
      low = low.lanewise(VectorOperators.LSHR, 8 * (g & 1) + 4 * (g >> 3)).and(15);
      IntVector high = bits(packed, at, 52 + (g >> 1 & 1), odd);
      high = high.lanewise(VectorOperators.LSHR, 8 * (g & 1) + 2 * (g >> 2)).and(3);
      IntVector scale = high.lanewise(VectorOperators.LSHL, 4).or(low).sub(32);
      floats(scale).mul(d).intoArray(out, place(g, odd));
    }
  }

  /**
   * Q4_K and Q5_K: eight numbers of six bits for 32 columns each: the first four in the low bits of
   * four bytes, whose high bits top the last four; their low nibbles follow.
   *
   * @param first word of the first four
   * @param shift of the nibbles in the bytes from word 6
   */
  private static void sixBits(
      MemorySegment packed, long at, int first, int shift, FloatVector d, float[] out, int odd) {
    for (int j = 0; j < 4; j++) {
      int up = 8 * (j & 1);
      IntVector four = bits(packed, at, first + (j >> 1), odd).lanewise(VectorOperators.LSHR, up);
      twice(floats(four.and(63)).mul(d), out, j, odd);
      IntVector low = bits(packed, at, 6 + (j >> 1), odd);
      low = low.lanewise(VectorOperators.LSHR, up + shift).and(15);
      IntVector high = four.lanewise(VectorOperators.LSHR, 2).and(0x30);
      twice(floats(low.or(high)).mul(d), out, 4 + j, odd);
    }
  }

  /** A signed byte for sixteen columns. */
  private static void q6_k(MemorySegment packed, long at, FloatVector d, float[] out, int odd) {
    for (int g = 0; g < 16; g++) {
      IntVector bits = bits(packed, at, 96 + (g >> 1), odd);
      bits = bits.lanewise(VectorOperators.LSHL, 24 - 8 * (g & 1));
      floats(bits.lanewise(VectorOperators.ASHR, 24)).mul(d).intoArray(out, place(g, odd));
    }
  }

  private static void twice(FloatVector value, float[] out, int block, int odd) {
    value.intoArray(out, place(2 * block, odd));
    value.intoArray(out, place(2 * block + 1, odd));
  }

  private static int place(int group, int odd) {
    return group * BAND + odd * (BAND / 2);
  }

  private static FloatVector half(MemorySegment packed, long at, int n, int odd) {
    return VectorRows.halves(bits(packed, at, n, odd));
  }

  private static FloatVector floats(IntVector value) {
    return (FloatVector) value.convertShape(VectorOperators.I2F, BAND_FLOATS, 0);
  }

  /** Half word {@code n} of every other row. */
  private static IntVector bits(MemorySegment packed, long at, int n, int odd) {
    IntVector both = IntVector.fromMemorySegment(BAND_INTS, packed, at + n * WORD, LITTLE_ENDIAN);
    return both.lanewise(VectorOperators.LSHR, 16 * odd).and(0xffff);
  }
}
