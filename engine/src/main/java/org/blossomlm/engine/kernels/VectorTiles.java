package org.blossomlm.engine.kernels;

import static org.blossomlm.engine.kernels.VectorLayout.CHUNK;
import static org.blossomlm.engine.kernels.VectorShapes.BAND;
import static org.blossomlm.engine.kernels.VectorShapes.BAND_FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.SHORTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/*
 * Sums of a group are whole numbers and exact, in 16 bits, in 32 or as floats below 2^24. Scaling them has an order of its
 * own: that of addScaled, which VectorSteps keeps where it scales itself. So it does not matter which methods summed.
 *
 * The large methods call nothing but the Vector API: beyond some 18,000 nodes (NodeCountInliningCutoff) C2 inlines only
 * what is marked for it in the JDK, and a vector that leaves a method becomes an object, which makes the loop ten times
 * slower. Unrolling by hand makes C2 move loads up until it runs out of registers.
 */
/** Products of the decoded quants of one band and chunk with tokens, see {@link TileBuffers}. */
final class VectorTiles {
  /** Tokens that {@link #dots} takes at once. */
  static final int TOKENS = 8;

  /** Tokens that {@link #floatDots} takes at once. */
  static final int FLOAT_TOKENS = 4;

  private VectorTiles() {}

  /**
   * Sums of groups for eight tokens, in 16 bits.
   *
   * @param xAt of the first token's activations; the next ones are {@link VectorLayout#CHUNK} apart
   */
  static void dots(short[] quants, int columns, int group, short[] x, int xAt, short[] dots) {
    for (int g = 0; g < columns; g += group) {
      ShortVector s0 = ShortVector.zero(SHORTS), s1 = s0, s2 = s0, s3 = s0;
      ShortVector s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      for (int c = g; c < g + group; c++) {
        ShortVector q = ShortVector.fromArray(SHORTS, quants, c * BAND);
        s0 = s0.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + c])));
        s1 = s1.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + CHUNK + c])));
        s2 = s2.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 2 * CHUNK + c])));
        s3 = s3.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 3 * CHUNK + c])));
        s4 = s4.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 4 * CHUNK + c])));
        s5 = s5.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 5 * CHUNK + c])));
        s6 = s6.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 6 * CHUNK + c])));
        s7 = s7.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + 7 * CHUNK + c])));
      }
      int to = g / group * BAND;
      s0.intoArray(dots, to);
      s1.intoArray(dots, to + CHUNK / 16 * BAND);
      s2.intoArray(dots, to + 2 * (CHUNK / 16) * BAND);
      s3.intoArray(dots, to + 3 * (CHUNK / 16) * BAND);
      s4.intoArray(dots, to + 4 * (CHUNK / 16) * BAND);
      s5.intoArray(dots, to + 5 * (CHUNK / 16) * BAND);
      s6.intoArray(dots, to + 6 * (CHUNK / 16) * BAND);
      s7.intoArray(dots, to + 7 * (CHUNK / 16) * BAND);
    }
  }

  /** The same of one token. */
  static void dotsOfOne(short[] quants, int columns, int group, short[] x, int xAt, short[] dots) {
    for (int g = 0; g < columns; g += group) {
      ShortVector sum = ShortVector.zero(SHORTS);
      for (int c = g; c < g + group; c++) {
        ShortVector q = ShortVector.fromArray(SHORTS, quants, c * BAND);
        sum = sum.add(q.mul(ShortVector.broadcast(SHORTS, x[xAt + c])));
      }
      sum.intoArray(dots, g / group * BAND);
    }
  }

  /** 16-bit numbers as floats, those of the even lanes first. */
  static void widen(short[] quants, int count, float[] floats) {
    for (int i = 0; i < count; i += BAND) {
      IntVector both = ShortVector.fromArray(SHORTS, quants, i).reinterpretAsInts();
      ((FloatVector)
              both.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .convertShape(VectorOperators.I2F, BAND_FLOATS, 0))
          .intoArray(floats, i);
      ((FloatVector)
              both.lanewise(VectorOperators.ASHR, 16)
                  .convertShape(VectorOperators.I2F, BAND_FLOATS, 0))
          .intoArray(floats, i + BAND / 2);
    }
  }

  /** Sums of groups for four tokens. */
  static void floatDots(float[] quants, int columns, int group, float[] x, int xAt, float[] dots) {
    for (int g = 0; g < columns; g += group) {
      FloatVector a0 = FloatVector.zero(BAND_FLOATS), b0 = a0;
      FloatVector a1 = a0, b1 = a0;
      FloatVector a2 = a0, b2 = a0;
      FloatVector a3 = a0, b3 = a0;
      for (int c = g; c < g + group; c++) {
        FloatVector a = FloatVector.fromArray(BAND_FLOATS, quants, c * BAND);
        FloatVector b = FloatVector.fromArray(BAND_FLOATS, quants, c * BAND + BAND / 2);
        FloatVector y = FloatVector.broadcast(BAND_FLOATS, x[xAt + c]);
        a0 = a.fma(y, a0);
        b0 = b.fma(y, b0);
        y = FloatVector.broadcast(BAND_FLOATS, x[xAt + CHUNK + c]);
        a1 = a.fma(y, a1);
        b1 = b.fma(y, b1);
        y = FloatVector.broadcast(BAND_FLOATS, x[xAt + 2 * CHUNK + c]);
        a2 = a.fma(y, a2);
        b2 = b.fma(y, b2);
        y = FloatVector.broadcast(BAND_FLOATS, x[xAt + 3 * CHUNK + c]);
        a3 = a.fma(y, a3);
        b3 = b.fma(y, b3);
      }
      int to = g / group * BAND;
      a0.intoArray(dots, to);
      b0.intoArray(dots, to + BAND / 2);
      a1.intoArray(dots, to + CHUNK / 16 * BAND);
      b1.intoArray(dots, to + CHUNK / 16 * BAND + BAND / 2);
      a2.intoArray(dots, to + 2 * (CHUNK / 16) * BAND);
      b2.intoArray(dots, to + 2 * (CHUNK / 16) * BAND + BAND / 2);
      a3.intoArray(dots, to + 3 * (CHUNK / 16) * BAND);
      b3.intoArray(dots, to + 3 * (CHUNK / 16) * BAND + BAND / 2);
    }
  }

  /**
   * Adds a token's groups, in their order, to the sums of its rows.
   *
   * @param dotsAt the token's first group
   * @param xScalesAt scale of the token's first activations
   */
  static void addScaled(
      float[] dots,
      int dotsAt,
      float[] scales,
      int groups,
      int groupsOfBlock,
      float[] xScales,
      int xScalesAt,
      float[] sums,
      int sumsAt) {
    FloatVector a = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt);
    FloatVector b = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt + BAND / 2);
    int shift = groupsOfBlock >> 1;
    for (int g = 0; g < groups; g++) {
      int at = g * BAND;
      FloatVector y = FloatVector.broadcast(BAND_FLOATS, xScales[xScalesAt + (g >> shift)]);
      a =
          FloatVector.fromArray(BAND_FLOATS, dots, dotsAt + at)
              .mul(FloatVector.fromArray(BAND_FLOATS, scales, at))
              .fma(y, a);
      b =
          FloatVector.fromArray(BAND_FLOATS, dots, dotsAt + at + BAND / 2)
              .mul(FloatVector.fromArray(BAND_FLOATS, scales, at + BAND / 2))
              .fma(y, b);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + BAND / 2);
  }

  /** Adds the minima of groups of 16 times the sums of their activations. */
  static void addMinima(
      float[] minima,
      int groups,
      short[] xSums,
      int xSumsAt,
      float[] xScales,
      int xScalesAt,
      float[] sums,
      int sumsAt) {
    FloatVector a = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt);
    FloatVector b = FloatVector.fromArray(BAND_FLOATS, sums, sumsAt + BAND / 2);
    for (int g = 0; g < groups; g++) {
      int s = xSumsAt + 2 * g;
      float sum = xScales[xScalesAt + (g >> 1)] * (xSums[s] + xSums[s + 1]);
      FloatVector y = FloatVector.broadcast(BAND_FLOATS, sum);
      a = FloatVector.fromArray(BAND_FLOATS, minima, g * BAND).fma(y, a);
      b = FloatVector.fromArray(BAND_FLOATS, minima, g * BAND + BAND / 2).fma(y, b);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + BAND / 2);
  }
}
