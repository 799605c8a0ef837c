package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;
import static org.blossomlm.engine.kernels.VectorShapes.BAND_FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.BAND_INTS;
import static org.blossomlm.engine.kernels.VectorShapes.SHORTS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.blossomlm.model.tensor.TensorType;

/*
 * A sum starts with what the offset of its quants makes of it. It may overflow on its way: 16 bits are right again at its
 * end. Where masks allow it 32-bit lanes are shifted, for which C2 has instructions with a constant count.
 *
 * Each loop is over whole groups, written out: C2 spends more time around an inner loop of eight words than in it. As in
 * VectorTiles, nothing but the Vector API is called.
 */
/**
 * Products with one token, straight from the packed words: the commonest types, whose quants need
 * not be stored in between. The sums are those of {@link VectorTiles}.
 */
final class VectorSteps {
  private static final int WORD = 2 * ROW_TILE;
  private static final short NIBBLE = 15;
  private static final short BYTE = 0xff;
  private static final int NIBBLES = 0x0f0f0f0f;
  private static final int PAIRS = 0x03030303;
  private static final int UPPER_PAIRS = 0x30303030;

  private VectorSteps() {}

  /**
   * Adds a token's products with any number of columns to its sums: types whose blocks of 32 are
   * one group with one scale, which need nothing stored in between. Operations and their order are
   * those of {@link VectorTiles#addScaled}.
   *
   * @param at byte of the tile's first block, in the lane of the band's first row
   * @param x the token's first column in {@code b.x}
   * @param sums the token's first in {@code b.sums}
   */
  static void add(
      VectorLayout layout,
      MemorySegment packed,
      long at,
      int columns,
      TileBuffers b,
      int x,
      int sums) {
    int next = ROW_TILE * layout.type().blockBytes();
    switch (layout.type()) {
      case Q4_0 -> q4_0(packed, at, next, columns, b.x, x, b.xSums, b.xScales, b.sums, sums);
      case Q8_0 -> q8_0(packed, at, next, columns, b.x, x, b.xScales, b.sums, sums);
      default -> throw new IllegalStateException(layout.toString());
    }
  }

  /** Whether there is {@link #add} for a type. */
  static boolean adds(TensorType type) {
    return type == TensorType.Q4_0 || type == TensorType.Q8_0;
  }

  /**
   * Sums a chunk's groups.
   *
   * @param at byte of the tile's first block, in the lane of the band's first row
   * @param x first column of the token's chunk in {@code b.x}
   * @return whether there is a method for this type
   */
  static boolean dots(
      VectorLayout layout, MemorySegment packed, long at, int columns, TileBuffers b, int x) {
    int next = ROW_TILE * layout.type().blockBytes();
    switch (layout.type()) {
      case Q4_1 -> nibbles(packed, at + 2 * WORD, next, columns, 0, b.x, x, b.dots);
      case Q4_K -> nibbles(packed, at + 8 * WORD, 8 * WORD, columns, 1, b.x, x, b.dots);
      case Q6_K -> q6_k(packed, at, b.x, x, b.xSums, b.dots);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Eight words at a time: sixteen columns of a, sixteen of b.
   *
   * @param next from eight words to the next ones
   * @param split 0 where a and b have runs of 16 columns, 1 where 32
   */
  private static void nibbles(
      MemorySegment packed,
      long at,
      int next,
      int columns,
      int split,
      short[] x,
      int xAt,
      float[] dots) {
    int run = 16 << split;
    for (int k = 0; k < columns / 32; k++) {
      long word = at + (long) k * next;
      int column = (k >> split) * 2 * run + (k & split) * 16;
      int aX = xAt + column;
      int bX = aX + run;
      ShortVector a = ShortVector.zero(SHORTS);
      ShortVector b = a;
      ShortVector p;
      ShortVector q;
      IntVector i;
      p = ShortVector.fromMemorySegment(SHORTS, packed, word, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 1])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 1])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 2])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 2])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 3])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 3])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 2 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 4])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 4])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 5])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 5])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 3 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 6])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 6])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 7])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 7])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 4 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 8])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 8])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 9])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 9])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 5 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 10])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 10])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 11])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 11])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 6 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 12])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 12])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 13])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 13])));
      p = ShortVector.fromMemorySegment(SHORTS, packed, word + 7 * WORD, LITTLE_ENDIAN);
      i = p.reinterpretAsInts();
      q = p.and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 14])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 14])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[aX + 15])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[bX + 15])));
      int to = (column >> 4) * BAND;
      IntVector both = a.reinterpretAsInts();
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .intoArray(dots, to);
      ((FloatVector) both.lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .intoArray(dots, to + BAND / 2);
      to += (run >> 4) * BAND;
      both = b.reinterpretAsInts();
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .intoArray(dots, to);
      ((FloatVector) both.lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .intoArray(dots, to + BAND / 2);
    }
  }

  /** Eight words at a time: sixteen columns of a, sixteen of b. */
  private static void q4_0(
      MemorySegment packed,
      long at,
      int next,
      int columns,
      short[] x,
      int xAt,
      short[] xSums,
      float[] xScales,
      float[] sums,
      int sumsAt) {
    FloatVector evenSum = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt);
    FloatVector oddSum = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt + BAND / 2);
    for (int k = 0; k < columns / 32; k++) {
      long block = at + (long) k * next;
      int c = xAt + 32 * k;
      FloatVector y = FloatVector.broadcast(BAND_FLOATS, xScales[c >> 5]);
      IntVector i = IntVector.fromMemorySegment(BAND_INTS, packed, block, LITTLE_ENDIAN);
      FloatVector even = VectorScales.upperHalves(i.lanewise(LSHL, 16));
      FloatVector odd = VectorScales.upperHalves(i);
      int s = c >> 3;
      int offset = -8 * (xSums[s] + xSums[s + 1] + xSums[s + 2] + xSums[s + 3]);
      ShortVector a = ShortVector.broadcast(SHORTS, (short) offset);
      ShortVector b = ShortVector.zero(SHORTS);
      ShortVector q;
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 16])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 1])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 17])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 2 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 2])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 18])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 3])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 19])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 3 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 4])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 20])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 5])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 21])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 4 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 6])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 22])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 7])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 23])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 5 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 8])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 24])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 9])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 25])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 6 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 10])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 26])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 11])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 27])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 7 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 12])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 28])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 13])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 29])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, block + 8 * WORD, LITTLE_ENDIAN);
      q = i.reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 14])));
      q = i.lanewise(LSHR, 4).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 30])));
      q = i.lanewise(LSHR, 8).reinterpretAsShorts().and(NIBBLE);
      a = a.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 15])));
      q = i.lanewise(LSHR, 12).reinterpretAsShorts().and(NIBBLE);
      b = b.add(q.mul(ShortVector.broadcast(SHORTS, x[c + 31])));
      i = a.add(b).reinterpretAsInts();
      evenSum =
          ((FloatVector) i.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
              .mul(even)
              .fma(y, evenSum);
      oddSum =
          ((FloatVector) i.lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
              .mul(odd)
              .fma(y, oddSum);
    }
    evenSum.intoArray(sums, sumsAt);
    oddSum.intoArray(sums, sumsAt + BAND / 2);
  }

  /** Sixteen words at a time: two products fit into 16 bits. */
  private static void q8_0(
      MemorySegment packed,
      long at,
      int next,
      int columns,
      short[] x,
      int xAt,
      float[] xScales,
      float[] sums,
      int sumsAt) {
    FloatVector evenSum = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt);
    FloatVector oddSum = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt + BAND / 2);
    for (int k = 0; k < columns / 32; k++) {
      long block = at + (long) k * next;
      int c = xAt + 32 * k;
      FloatVector y = FloatVector.broadcast(BAND_FLOATS, xScales[c >> 5]);
      IntVector i = IntVector.fromMemorySegment(BAND_INTS, packed, block, LITTLE_ENDIAN);
      FloatVector even = VectorScales.upperHalves(i.lanewise(LSHL, 16));
      FloatVector odd = VectorScales.upperHalves(i);
      IntVector evenDot = IntVector.zero(BAND_INTS);
      IntVector oddDot = evenDot;
      ShortVector p;
      ShortVector q;
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 1]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 2 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 2]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 3]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 3 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 4]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 5]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 4 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 6]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 7]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 5 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 8]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 9]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 6 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 10]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 11]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 7 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 12]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 13]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 8 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 14]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 15]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 9 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 16]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 17]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 10 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 18]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 19]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 11 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 20]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 21]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 12 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 22]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 23]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 13 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 24]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 25]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 14 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 26]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 27]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 15 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 28]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 29]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      p = ShortVector.fromMemorySegment(SHORTS, packed, block + 16 * WORD, LITTLE_ENDIAN);
      q = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 30]));
      p = p.lanewise(ASHR, 8).mul(ShortVector.broadcast(SHORTS, x[c + 31]));
      i = q.add(p).reinterpretAsInts();
      evenDot = evenDot.add(i.lanewise(LSHL, 16).lanewise(ASHR, 16));
      oddDot = oddDot.add(i.lanewise(ASHR, 16));
      evenSum = ((FloatVector) evenDot.convertShape(I2F, BAND_FLOATS, 0)).mul(even).fma(y, evenSum);
      oddSum = ((FloatVector) oddDot.convertShape(I2F, BAND_FLOATS, 0)).mul(odd).fma(y, oddSum);
    }
    evenSum.intoArray(sums, sumsAt);
    oddSum.intoArray(sums, sumsAt + BAND / 2);
  }

  /**
   * Four words at a time: eight columns of a and eight of b, whose sums fit into 16 bits.
   *
   * <p>A block is read at several places in turns, which hides from the processor what comes next;
   * so every turn also reads a part of the block behind it.
   *
   * @return what was read ahead, so that it is read at all
   */
  private static int q6_k(
      MemorySegment packed, long at, short[] x, int xAt, short[] xSums, float[] dots) {
    Arrays.fill(dots, 0, 16 * BAND, 0);
    int ahead = 0;
    long last = packed.byteSize() - 105 * WORD;
    long block = Math.max(0, Math.min(at + 105 * WORD, last));
    for (int k = 0; k < 16; k++) {
      long word = at + k * 4 * WORD;
      long upper = at + 64 * WORD + ((k >> 3) * 16 + (k & 3) * 4) * WORD;
      int shift = k >> 1 & 2;
      for (long line = block + k * 208L; line < block + k * 208L + 208; line += 64) {
        ahead ^= packed.get(JAVA_INT_UNALIGNED, line);
      }
      int column = (k >> 3) * 128 + (k & 7) * 8;
      int aX = xAt + column;
      int bX = aX + 64;
      ShortVector a = ShortVector.broadcast(SHORTS, (short) (-32 * xSums[aX >> 3]));
      ShortVector b = ShortVector.broadcast(SHORTS, (short) (-32 * xSums[bX >> 3]));
      ShortVector p;
      IntVector i;
      IntVector h;
      IntVector q;
      i = IntVector.fromMemorySegment(BAND_INTS, packed, word, LITTLE_ENDIAN);
      h = IntVector.fromMemorySegment(BAND_INTS, packed, upper, LITTLE_ENDIAN);
      h = h.lanewise(LSHR, shift);
      q = i.and(NIBBLES).or(h.and(PAIRS).lanewise(LSHL, 4));
      p = q.reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 1])));
      q = i.lanewise(LSHR, 4).and(NIBBLES).or(h.and(UPPER_PAIRS));
      p = q.reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 1])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, word + WORD, LITTLE_ENDIAN);
      h = IntVector.fromMemorySegment(BAND_INTS, packed, upper + WORD, LITTLE_ENDIAN);
      h = h.lanewise(LSHR, shift);
      q = i.and(NIBBLES).or(h.and(PAIRS).lanewise(LSHL, 4));
      p = q.reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 2])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 3])));
      q = i.lanewise(LSHR, 4).and(NIBBLES).or(h.and(UPPER_PAIRS));
      p = q.reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 2])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 3])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, word + 2 * WORD, LITTLE_ENDIAN);
      h = IntVector.fromMemorySegment(BAND_INTS, packed, upper + 2 * WORD, LITTLE_ENDIAN);
      h = h.lanewise(LSHR, shift);
      q = i.and(NIBBLES).or(h.and(PAIRS).lanewise(LSHL, 4));
      p = q.reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 4])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 5])));
      q = i.lanewise(LSHR, 4).and(NIBBLES).or(h.and(UPPER_PAIRS));
      p = q.reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 4])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 5])));
      i = IntVector.fromMemorySegment(BAND_INTS, packed, word + 3 * WORD, LITTLE_ENDIAN);
      h = IntVector.fromMemorySegment(BAND_INTS, packed, upper + 3 * WORD, LITTLE_ENDIAN);
      h = h.lanewise(LSHR, shift);
      q = i.and(NIBBLES).or(h.and(PAIRS).lanewise(LSHL, 4));
      p = q.reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 6])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      a = a.add(p.mul(ShortVector.broadcast(SHORTS, x[aX + 7])));
      q = i.lanewise(LSHR, 4).and(NIBBLES).or(h.and(UPPER_PAIRS));
      p = q.reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 6])));
      p = q.lanewise(LSHR, 8).reinterpretAsShorts().and(BYTE);
      b = b.add(p.mul(ShortVector.broadcast(SHORTS, x[bX + 7])));
      int to = (column >> 4) * BAND;
      IntVector both = a.reinterpretAsInts();
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .add(FloatVector.fromArray(BAND_FLOATS, dots, to))
          .intoArray(dots, to);
      ((FloatVector) both.lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .add(FloatVector.fromArray(BAND_FLOATS, dots, to + BAND / 2))
          .intoArray(dots, to + BAND / 2);
      to += 4 * BAND;
      both = b.reinterpretAsInts();
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .add(FloatVector.fromArray(BAND_FLOATS, dots, to))
          .intoArray(dots, to);
      ((FloatVector) both.lanewise(ASHR, 16).convertShape(I2F, BAND_FLOATS, 0))
          .add(FloatVector.fromArray(BAND_FLOATS, dots, to + BAND / 2))
          .intoArray(dots, to + BAND / 2);
    }
    return ahead;
  }
}
