package org.blossomlm.engine.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;
import static org.blossomlm.engine.kernels.VectorShapes.SHORTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/*
 * A half word of a row has two bytes, for two neighbouring columns of a and, where quants are nibbles, of b. What the bits
 * of a block mean is drawn at org.blossomlm.model.tensor.Dequantizer; w counts the half words of quants.
 */
/** Quants of one band of rows and one chunk of columns, out of {@link VectorLayout}. */
final class VectorQuants {
  private static final int WORD = 2 * ROW_TILE;

  private VectorQuants() {}

  /**
   * Decodes a chunk.
   *
   * @param at byte of the tile's first block, in the lane of the band's first row
   * @param out {@code [column][row]}, less the offset
   */
  static void decode(VectorLayout layout, MemorySegment packed, long at, int columns, short[] out) {
    long next = (long) ROW_TILE * layout.type().blockBytes();
    short offset = (short) layout.offset();
    switch (layout.type()) {
      case Q4_0 -> nibbles(packed, at + WORD, next, columns, offset, out);
      case Q4_1 -> nibbles(packed, at + 2 * WORD, next, columns, offset, out);
      case Q5_0 -> fiveBits(packed, at + WORD, next, columns, offset, out);
      case Q5_1 -> fiveBits(packed, at + 2 * WORD, next, columns, offset, out);
      case Q8_0 -> eightBits(packed, at + WORD, next, columns, out);
      case Q2_K -> q2_k(packed, at, out);
      case Q3_K -> q3_k(packed, at, offset, out);
      case Q4_K -> q4_k(packed, at + 8 * WORD, offset, out);
      case Q5_K -> q5_k(packed, at, offset, out);
      case Q6_K -> q6_k(packed, at, offset, out);
      default -> throw new IllegalStateException(layout.toString());
    }
  }

  private static void nibbles(
      MemorySegment packed, long at, long next, int columns, short offset, short[] out) {
    for (int w = 0; w < columns / 4; w++) {
      ShortVector p = words(packed, at + (w >> 3) * next + (w & 7) * WORD);
      int c = (w >> 3) * 32 + (w & 7) * 2;
      four(p, offset, out, c * BAND, 16 * BAND);
    }
  }

  private static void q4_k(MemorySegment packed, long at, short offset, short[] out) {
    for (int w = 0; w < 64; w++) {
      int c = (w >> 4) * 64 + (w & 15) * 2;
      four(words(packed, at + w * WORD), offset, out, c * BAND, 32 * BAND);
    }
  }

  /** Four nibbles: two of a from {@code to}, two of b {@code far} behind them. */
  private static void four(ShortVector p, short offset, short[] out, int to, int far) {
    p.and((short) 15).sub(offset).intoArray(out, to);
    p.lanewise(VectorOperators.LSHR, 4).and((short) 15).sub(offset).intoArray(out, to + far);
    p.lanewise(VectorOperators.LSHR, 8).and((short) 15).sub(offset).intoArray(out, to + BAND);
    p.lanewise(VectorOperators.LSHR, 12).sub(offset).intoArray(out, to + far + BAND);
  }

  private static void fiveBits(
      MemorySegment packed, long at, long next, int columns, short offset, short[] out) {
    for (int w = 0; w < columns / 4; w++) {
      long block = at + (w >> 3) * next;
      int bit = 2 * (w & 7);
      ShortVector a = words(packed, block).lanewise(VectorOperators.LSHR, bit);
      ShortVector b = words(packed, block + WORD).lanewise(VectorOperators.LSHR, bit);
      ShortVector p = words(packed, block + 2 * WORD + (w & 7) * WORD);
      int to = ((w >> 3) * 32 + bit) * BAND;
      with(p.and((short) 15), a, 1, 4, offset, out, to);
      ShortVector q = p.lanewise(VectorOperators.LSHR, 4).and((short) 15);
      with(q, b, 1, 4, offset, out, to + 16 * BAND);
      q = p.lanewise(VectorOperators.LSHR, 8).and((short) 15);
      with(q, a, 2, 3, offset, out, to + BAND);
      q = p.lanewise(VectorOperators.LSHR, 12);
      with(q, b, 2, 3, offset, out, to + 17 * BAND);
    }
  }

  /** {@code out = (q | (bits & mask) << up) - offset}. */
  private static void with(
      ShortVector q, ShortVector bits, int mask, int up, short offset, short[] out, int to) {
    ShortVector upper = bits.and((short) mask).lanewise(VectorOperators.LSHL, up);
    q.or(upper).sub(offset).intoArray(out, to);
  }

  private static void eightBits(
      MemorySegment packed, long at, long next, int columns, short[] out) {
    for (int w = 0; w < columns / 2; w++) {
      ShortVector p = words(packed, at + (w >> 4) * next + (w & 15) * WORD);
      ShortVector first = p.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
      first.intoArray(out, 2 * w * BAND);
      p.lanewise(VectorOperators.ASHR, 8).intoArray(out, (2 * w + 1) * BAND);
    }
  }

  private static void q2_k(MemorySegment packed, long at, short[] out) {
    for (int w = 0; w < 32; w++) {
      ShortVector p = words(packed, at + 8 * WORD + w * WORD);
      int to = ((w >> 4) * 128 + (w & 15) * 2) * BAND;
      for (int j = 0; j < 4; j++, to += 32 * BAND) {
        p.and((short) 3).intoArray(out, to);
        p.lanewise(VectorOperators.LSHR, 8).and((short) 3).intoArray(out, to + BAND);
        p = p.lanewise(VectorOperators.LSHR, 2);
      }
    }
  }

  private static void q3_k(MemorySegment packed, long at, short offset, short[] out) {
    for (int w = 0; w < 32; w++) {
      ShortVector p = words(packed, at + 16 * WORD + w * WORD);
      ShortVector third = words(packed, at + (w & 15) * WORD);
      third = third.lanewise(VectorOperators.LSHR, w >> 2 & 4);
      int to = ((w >> 4) * 128 + (w & 15) * 2) * BAND;
      for (int j = 0; j < 4; j++, to += 32 * BAND) {
        with(p.and((short) 3), third, 1, 2, offset, out, to);
        ShortVector q = p.lanewise(VectorOperators.LSHR, 8).and((short) 3);
        ShortVector bit = third.lanewise(VectorOperators.LSHR, 8);
        with(q, bit, 1, 2, offset, out, to + BAND);
        p = p.lanewise(VectorOperators.LSHR, 2);
        third = third.lanewise(VectorOperators.LSHR, 1);
      }
    }
  }

  private static void q5_k(MemorySegment packed, long at, short offset, short[] out) {
    for (int w = 0; w < 64; w++) {
      ShortVector p = words(packed, at + 24 * WORD + w * WORD);
      ShortVector fifth = words(packed, at + 8 * WORD + (w & 15) * WORD);
      fifth = fifth.lanewise(VectorOperators.LSHR, w >> 4 << 1);
      int to = ((w >> 4) * 64 + (w & 15) * 2) * BAND;
      with(p.and((short) 15), fifth, 1, 4, offset, out, to);
      ShortVector q = p.lanewise(VectorOperators.LSHR, 4).and((short) 15);
      with(q, fifth, 2, 3, offset, out, to + 32 * BAND);
      fifth = fifth.lanewise(VectorOperators.LSHR, 8);
      q = p.lanewise(VectorOperators.LSHR, 8).and((short) 15);
      with(q, fifth, 1, 4, offset, out, to + BAND);
      with(p.lanewise(VectorOperators.LSHR, 12), fifth, 2, 3, offset, out, to + 33 * BAND);
    }
  }

  private static void q6_k(MemorySegment packed, long at, short offset, short[] out) {
    for (int w = 0; w < 64; w++) {
      ShortVector p = words(packed, at + w * WORD);
      ShortVector upper = words(packed, at + 64 * WORD + ((w >> 5) * 16 + (w & 15)) * WORD);
      upper = upper.lanewise(VectorOperators.LSHR, w >> 3 & 2);
      int to = ((w >> 5) * 128 + (w & 31) * 2) * BAND;
      with(p.and((short) 15), upper, 3, 4, offset, out, to);
      ShortVector q = p.lanewise(VectorOperators.LSHR, 4).and((short) 15);
      with(q, upper, 0x30, 0, offset, out, to + 64 * BAND);
      upper = upper.lanewise(VectorOperators.LSHR, 8);
      q = p.lanewise(VectorOperators.LSHR, 8).and((short) 15);
      with(q, upper, 3, 4, offset, out, to + BAND);
      with(p.lanewise(VectorOperators.LSHR, 12), upper, 0x30, 0, offset, out, to + 65 * BAND);
    }
  }

  private static ShortVector words(MemorySegment packed, long at) {
    return ShortVector.fromMemorySegment(SHORTS, packed, at, LITTLE_ENDIAN);
  }
}
