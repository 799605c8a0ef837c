package org.blossomlm.engine.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.GROUP;
import static org.blossomlm.engine.kernels.VectorShapes.INTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.blossomlm.model.tensor.TensorType;

/*
 * weight = fma(quant, scale, minimum) has the bits of Dequantizer for every type: a product of a quant and a scale is
 * exact (8 bits and at most 18), and so is the minimum -offset · scale, so both round once, to the nearest of the same
 * number.
 *
 * Number k of a chunk's scales is that of 16 columns of a and 16 of b. Where 32 columns have the same scale it is stored
 * twice, so that the multiplication is the same for all types.
 */
/** Scales and minima of one vector of rows and one chunk of columns, as floats. */
final class VectorScales {
  private static final int WORD = 4 * ROW_TILE;

  private VectorScales() {}

  /**
   * Decodes a chunk's.
   *
   * @param at byte of the tile's first block
   * @param lane of the first row in its tile
   * @param v where the vector of rows stands in its group
   */
  static void decode(
      TensorType type, MemorySegment packed, long at, int lane, int columns, TileBuffers b, int v) {
    int blocks = columns / 32;
    long next = (long) ROW_TILE * type.blockBytes();
    long halves = at + 2L * lane;
    long words = at + 4L * lane;
    switch (type) {
      case Q4_0 -> offset(packed, halves, next, blocks, -8, b.scales, b.minima, v);
      case Q5_0 -> offset(packed, halves, next, blocks, -16, b.scales, b.minima, v);
      case Q8_0, IQ4_NL -> offset(packed, halves, next, blocks, -128, b.scales, b.minima, v);
      case Q4_1, Q5_1 -> {
        copy(packed, halves, next, blocks, b.scales, v);
        copy(packed, halves + ROW_TILE * 2, next, blocks, b.minima, v);
      }
      case Q2_K -> {
        fourBits(packed, words, 0, half(packed, halves + ROW_TILE * 80), b.scales, v);
        fourBits(packed, words, 4, half(packed, halves + ROW_TILE * 82).neg(), b.minima, v);
      }
      case Q3_K -> {
        q3_k(packed, words, half(packed, halves + ROW_TILE * 108), b.scales, v);
        minima(b.scales, -4, b.minima, v);
      }
      case Q4_K, Q5_K -> {
        sixBits(packed, words, 0, half(packed, halves), b.scales, v);
        FloatVector dmin = half(packed, halves + ROW_TILE * 2);
        sixBits(packed, words, 4, dmin.neg(), b.minima, v);
      }
      case Q6_K -> {
        q6_k(packed, words, half(packed, halves + ROW_TILE * 208), b.scales, v);
        minima(b.scales, -32, b.minima, v);
      }
      case IQ4_XS -> {
        iq4_xs(packed, at, lane, b.scales, v);
        minima(b.scales, -128, b.minima, v);
      }
      default -> throw new IllegalStateException(type.toString());
    }
  }

  /** A float16 scale of each block of 32; what the quants are moved by is the minimum. */
  private static void offset(
      MemorySegment packed,
      long at,
      long next,
      int blocks,
      float offset,
      float[] scales,
      float[] minima,
      int v) {
    for (int k = 0; k < blocks; k++) {
      FloatVector d = half(packed, at + k * next);
      FloatVector m = d.mul(offset);
      int to = k * 2 * GROUP + v;
      d.intoArray(scales, to);
      d.intoArray(scales, to + GROUP);
      m.intoArray(minima, to);
      m.intoArray(minima, to + GROUP);
    }
  }

  private static void copy(
      MemorySegment packed, long at, long next, int blocks, float[] out, int v) {
    for (int k = 0; k < blocks; k++) {
      FloatVector d = half(packed, at + k * next);
      d.intoArray(out, k * 2 * GROUP + v);
      d.intoArray(out, k * 2 * GROUP + GROUP + v);
    }
  }

  private static void minima(float[] scales, float offset, float[] minima, int v) {
    for (int i = v; i < 16 * GROUP; i += GROUP) {
      FloatVector.fromArray(FLOATS, scales, i).mul(offset).intoArray(minima, i);
    }
  }

  /** Q2_K: a byte for sixteen columns, four bits from {@code shift}. */
  private static void fourBits(
      MemorySegment packed, long words, int shift, FloatVector d, float[] out, int v) {
    for (int k = 0; k < 8; k++) {
      // Sixteens 0 and 1 of every 64 columns are a's, 2 and 3 are b's: in one word.
      IntVector four = words(packed, words + (k >> 1) * WORD);
      four = four.lanewise(VectorOperators.LSHR, 8 * (k & 1) + shift);
      store(four.and(15), d, out, k * 2 * GROUP + v);
      four = four.lanewise(VectorOperators.LSHR, 16);
      store(four.and(15), d, out, k * 2 * GROUP + GROUP + v);
    }
  }

  /** Six bits for sixteen columns: four in nibbles of the first two words, two in the third. */
  private static void q3_k(MemorySegment packed, long words, FloatVector d, float[] out, int v) {
    long at = words + ROW_TILE * 96;
    for (int k = 0; k < 8; k++) {
      int n = 4 * (k >> 1) + (k & 1);
      q3(packed, at, n, d, out, k * 2 * GROUP + v);
      q3(packed, at, n + 2, d, out, k * 2 * GROUP + GROUP + v);
    }
  }

  private static void q3(MemorySegment packed, long at, int n, FloatVector d, float[] out, int to) {
    IntVector low = words(packed, at + (n >> 2 & 1) * WORD);
    low = low.lanewise(VectorOperators.LSHR, 8 * (n & 3) + 4 * (n >> 3)).and(15);
    IntVector high = words(packed, at + 2 * WORD);
    high = high.lanewise(VectorOperators.LSHR, 8 * (n & 3) + 2 * (n >> 2)).and(3);
    store(low.or(high.lanewise(VectorOperators.LSHL, 4)).sub(32), d, out, to);
  }

  /**
   * Q4_K and Q5_K: eight numbers of six bits in three words: the first four in the low bits of a
   * word, whose high bits top the last four; their low nibbles are in the third word.
   *
   * @param shift 0 for scales, in the first word; 4 for minima, in the second
   */
  private static void sixBits(
      MemorySegment packed, long words, int shift, FloatVector d, float[] out, int v) {
    IntVector first = words(packed, words + ROW_TILE * 4 + shift / 4 * WORD);
    IntVector last = words(packed, words + ROW_TILE * 12).lanewise(VectorOperators.LSHR, shift);
    IntVector four = first.and(0x3f3f3f3f);
    for (int k = 0; k < 4; k += 2) {
      spread(four, d, out, k * 2 * GROUP + v);
      four = four.lanewise(VectorOperators.LSHR, 16);
    }
    four = first.lanewise(VectorOperators.LSHR, 2).and(0x30303030).or(last.and(0x0f0f0f0f));
    for (int k = 4; k < 8; k += 2) {
      spread(four, d, out, k * 2 * GROUP + v);
      four = four.lanewise(VectorOperators.LSHR, 16);
    }
  }

  /** The lowest byte for 32 columns of a, the next one for 32 columns of b. */
  private static void spread(IntVector bytes, FloatVector d, float[] out, int to) {
    IntVector a = bytes.and(0xff);
    IntVector b = bytes.lanewise(VectorOperators.LSHR, 8).and(0xff);
    store(a, d, out, to);
    store(b, d, out, to + GROUP);
    store(a, d, out, to + 2 * GROUP);
    store(b, d, out, to + 3 * GROUP);
  }

  /** A signed byte for sixteen columns. */
  private static void q6_k(MemorySegment packed, long words, FloatVector d, float[] out, int v) {
    long at = words + ROW_TILE * 192;
    for (int k = 0; k < 8; k++) {
      // Of every 128 columns the first word is for those of a, the second for those of b.
      long word = at + (k >> 2) * (2 * WORD);
      int up = 24 - 8 * (k & 3);
      IntVector a = words(packed, word).lanewise(VectorOperators.LSHL, up);
      store(a.lanewise(VectorOperators.ASHR, 24), d, out, k * 2 * GROUP + v);
      IntVector b = words(packed, word + WORD).lanewise(VectorOperators.LSHL, up);
      store(b.lanewise(VectorOperators.ASHR, 24), d, out, k * 2 * GROUP + GROUP + v);
    }
  }

  /** Six bits for 32 columns: nibbles of a word and, two at a time, bits of a half word. */
  private static void iq4_xs(MemorySegment packed, long at, int lane, float[] out, int v) {
    FloatVector d = half(packed, at + 2L * lane);
    IntVector high = VectorRows.widened(packed, at + ROW_TILE * 2 + 2L * lane);
    IntVector low = words(packed, at + ROW_TILE * 4 + 4L * lane);
    for (int k = 0; k < 8; k++) {
      IntVector six = high.and(3).lanewise(VectorOperators.LSHL, 4).or(low.and(15)).sub(32);
      store(six, d, out, k * 2 * GROUP + v);
      store(six, d, out, k * 2 * GROUP + GROUP + v);
      high = high.lanewise(VectorOperators.LSHR, 2);
      low = low.lanewise(VectorOperators.LSHR, 4);
    }
  }

  private static void store(IntVector factor, FloatVector d, float[] out, int to) {
    ((FloatVector) factor.convertShape(VectorOperators.I2F, FLOATS, 0)).mul(d).intoArray(out, to);
  }

  private static FloatVector half(MemorySegment packed, long at) {
    return VectorRows.halves(packed, at);
  }

  private static IntVector words(MemorySegment packed, long at) {
    return IntVector.fromMemorySegment(INTS, packed, at, LITTLE_ENDIAN);
  }
}
