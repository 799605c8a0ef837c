package org.blossomlm.engine.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorShapes.BYTES;
import static org.blossomlm.engine.kernels.VectorShapes.GROUP;
import static org.blossomlm.engine.kernels.VectorShapes.INTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.blossomlm.model.tensor.TensorType;

/*
 * Step s of a chunk is four columns of a and four of b: one int of a row for each, a quant in each byte. Quants are
 * unsigned; where zero is in the middle, the offset is in the minimum (VectorScales). Four bytes are worked on at once:
 * masks keep what a shift brings over from the neighbour out. What the bits of a block mean is drawn at
 * org.blossomlm.model.tensor.Dequantizer.
 */
/** Quants of one vector of rows and one chunk of columns, out of {@link VectorLayout} to bytes. */
final class VectorQuants {
  private static final int NIBBLES = 0x0f0f0f0f;
  private static final int PAIRS = 0x03030303;
  private static final int BITS = 0x01010101;
  private static final int WORD = 4 * ROW_TILE;

  /** The sixteen values of a non-linear 4-bit quant, moved up by 128, in each part of a vector. */
  private static final ByteVector IQ4_VALUES = iq4Values();

  private VectorQuants() {}

  private static ByteVector iq4Values() {
    int[] values = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    byte[] table = new byte[BYTES.length()];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) (values[i % 16] + 128);
    }
    return ByteVector.fromArray(BYTES, table, 0);
  }

  /**
   * Decodes a chunk.
   *
   * @param at byte of the tile's first block
   * @param lane of the first row in its tile
   * @param out see {@link TileBuffers}
   * @param v where the vector of rows stands in its group
   */
  static void decode(
      TensorType type, MemorySegment packed, long at, int lane, int columns, int[] out, int v) {
    int steps = columns / 8;
    long rows = at + 4L * lane;
    long next = (long) ROW_TILE * type.blockBytes();
    switch (type) {
      case Q4_0 -> nibbles(packed, rows + ROW_TILE * 2, next, steps, out, v);
      case Q4_1 -> nibbles(packed, rows + ROW_TILE * 4, next, steps, out, v);
      case Q4_K -> nibbles(packed, rows + ROW_TILE * 16, 4 * WORD, steps, out, v);
      case IQ4_NL -> {
        nibbles(packed, rows + ROW_TILE * 2, next, steps, out, v);
        lookUp(steps, out, v);
      }
      case IQ4_XS -> {
        nibbles(packed, rows + ROW_TILE * 8, 4 * WORD, steps, out, v);
        lookUp(steps, out, v);
      }
      case Q5_0 -> fiveBits(packed, rows + ROW_TILE * 2, next, steps, out, v);
      case Q5_1 -> fiveBits(packed, rows + ROW_TILE * 4, next, steps, out, v);
      case Q8_0 -> eightBits(packed, rows + ROW_TILE * 2, next, steps, out, v);
      case Q2_K -> q2_k(packed, rows, out, v);
      case Q3_K -> q3_k(packed, rows, out, v);
      case Q5_K -> q5_k(packed, rows, out, v);
      case Q6_K -> q6_k(packed, rows, out, v);
      default -> throw new IllegalStateException(type.toString());
    }
  }

  /** Low nibbles are columns of a, high ones of b; four words in a row, then {@code next}. */
  private static void nibbles(
      MemorySegment packed, long at, long next, int steps, int[] out, int v) {
    for (int s = 0; s < steps; s++) {
      IntVector p = words(packed, at + (s >> 2) * next + (s & 3) * WORD);
      p.and(NIBBLES).intoArray(out, s * 2 * GROUP + v);
      p.lanewise(VectorOperators.LSHR, 4).and(NIBBLES).intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  private static void lookUp(int steps, int[] out, int v) {
    for (int i = v; i < steps * 2 * GROUP; i += GROUP) {
      ByteVector index = IntVector.fromArray(INTS, out, i).reinterpretAsBytes();
      index.selectFrom(IQ4_VALUES).reinterpretAsInts().intoArray(out, i);
    }
  }

  /** A word with a fifth bit of each column, then the four words of nibbles. */
  private static void fiveBits(
      MemorySegment packed, long at, long next, int steps, int[] out, int v) {
    for (int s = 0; s < steps; s++) {
      long block = at + (s >> 2) * next;
      IntVector p = words(packed, block + WORD + (s & 3) * WORD);
      IntVector fifth = words(packed, block).lanewise(VectorOperators.LSHR, 4 * (s & 3));
      p.and(NIBBLES).or(fifths(fifth)).intoArray(out, s * 2 * GROUP + v);
      fifth = fifth.lanewise(VectorOperators.LSHR, 16);
      p = p.lanewise(VectorOperators.LSHR, 4);
      p.and(NIBBLES).or(fifths(fifth)).intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  /** The lowest four bits, each to bit 4 of its own byte. */
  private static IntVector fifths(IntVector bits) {
    return bits.and(15)
        .mul(1 | 1 << 7 | 1 << 14 | 1 << 21)
        .and(BITS)
        .lanewise(VectorOperators.LSHL, 4);
  }

  private static void eightBits(
      MemorySegment packed, long at, long next, int steps, int[] out, int v) {
    for (int s = 0; s < steps; s++) {
      long word = at + (s >> 2) * next + (s & 3) * WORD;
      words(packed, word)
          .lanewise(VectorOperators.XOR, 0x80808080)
          .intoArray(out, s * 2 * GROUP + v);
      words(packed, word + 4 * WORD)
          .lanewise(VectorOperators.XOR, 0x80808080)
          .intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  private static void q2_k(MemorySegment packed, long rows, int[] out, int v) {
    for (int s = 0; s < 32; s++) {
      IntVector p = pairs(packed, rows + ROW_TILE * 16, s);
      p.and(PAIRS).intoArray(out, s * 2 * GROUP + v);
      p.lanewise(VectorOperators.LSHR, 2).and(PAIRS).intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  private static void q3_k(MemorySegment packed, long rows, int[] out, int v) {
    for (int s = 0; s < 32; s++) {
      IntVector p = pairs(packed, rows + ROW_TILE * 32, s);
      IntVector third =
          words(packed, rows + (s & 7) * WORD).lanewise(VectorOperators.LSHR, 2 * (s >> 3));
      p.and(PAIRS)
          .or(third.and(BITS).lanewise(VectorOperators.LSHL, 2))
          .intoArray(out, s * 2 * GROUP + v);
      p.lanewise(VectorOperators.LSHR, 2)
          .and(PAIRS)
          .or(third.and(2 * BITS).lanewise(VectorOperators.LSHL, 1))
          .intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  /** Of eight words for 128 columns, the ones of 64 columns: bits 0-1 for a, 2-3 for b. */
  private static IntVector pairs(MemorySegment packed, long at, int s) {
    IntVector p = words(packed, at + (8 * (s >> 4) + (s & 7)) * WORD);
    return p.lanewise(VectorOperators.LSHR, s >> 1 & 4);
  }

  private static void q5_k(MemorySegment packed, long rows, int[] out, int v) {
    for (int s = 0; s < 32; s++) {
      IntVector p = words(packed, rows + ROW_TILE * 48 + s * WORD);
      IntVector fifth = words(packed, rows + ROW_TILE * 16 + (s & 7) * WORD);
      fifth = fifth.lanewise(VectorOperators.LSHR, 2 * (s >> 3));
      p.and(NIBBLES)
          .or(fifth.and(BITS).lanewise(VectorOperators.LSHL, 4))
          .intoArray(out, s * 2 * GROUP + v);
      p.lanewise(VectorOperators.LSHR, 4)
          .and(NIBBLES)
          .or(fifth.and(2 * BITS).lanewise(VectorOperators.LSHL, 3))
          .intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  private static void q6_k(MemorySegment packed, long rows, int[] out, int v) {
    for (int s = 0; s < 32; s++) {
      IntVector p = words(packed, rows + s * WORD);
      IntVector upper = words(packed, rows + ROW_TILE * 128 + (8 * (s >> 4) + (s & 7)) * WORD);
      upper = upper.lanewise(VectorOperators.LSHR, s >> 2 & 2);
      p.and(NIBBLES)
          .or(upper.and(PAIRS).lanewise(VectorOperators.LSHL, 4))
          .intoArray(out, s * 2 * GROUP + v);
      p.lanewise(VectorOperators.LSHR, 4)
          .and(NIBBLES)
          .or(upper.and(PAIRS << 4))
          .intoArray(out, s * 2 * GROUP + GROUP + v);
    }
  }

  private static IntVector words(MemorySegment packed, long at) {
    return IntVector.fromMemorySegment(INTS, packed, at, LITTLE_ENDIAN);
  }
}
