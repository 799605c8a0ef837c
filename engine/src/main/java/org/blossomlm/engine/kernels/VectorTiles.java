package org.blossomlm.engine.kernels;

import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.GROUP;
import static org.blossomlm.engine.kernels.VectorShapes.INTS;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/*
 * For every row and token and each chunk of columns there are two chains of fused multiply-adds from zero: over the
 * chunk's columns of a and over those of b. Their results are added to the row's sum, first a's. Every method here computes the
 * same, so which one is taken changes no bit. A weight is always fma(quant, scale, minimum), whether it is stored in
 * between or not.
 *
 * The methods call nothing but the Vector API: beyond some 18,000 nodes (NodeCountInliningCutoff) C2 inlines only what is
 * marked for it in the JDK, and a vector that leaves a method becomes an object, which makes the loop ten times slower.
 */
/** Products of one group of rows and one chunk of columns with activations. */
final class VectorTiles {
  /** Tokens that {@link #multiply} takes at once. */
  static final int TOKENS = 4;

  private VectorTiles() {}

  /** Quants to weights. The arrays are those of {@link TileBuffers}. */
  static void widen(int[] quants, float[] scales, float[] minima, int columns, float[] weights) {
    int half = columns / 2 * GROUP;
    for (int s = 0; s < columns / 8; s++) {
      for (int v = 0; v < 2 * GROUP; v += LANES) {
        IntVector q = IntVector.fromArray(INTS, quants, s * 2 * GROUP + v);
        int k = (s >> 2) * 2 * GROUP + v;
        FloatVector d = FloatVector.fromArray(FLOATS, scales, k);
        FloatVector m = FloatVector.fromArray(FLOATS, minima, k);
        int to = v < GROUP ? s * 4 * GROUP + v : half + s * 4 * GROUP + v - GROUP;
        ((FloatVector) q.and(0xff).convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(d, m)
            .intoArray(weights, to);
        IntVector next = q.lanewise(VectorOperators.LSHR, 8).and(0xff);
        ((FloatVector) next.convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(d, m)
            .intoArray(weights, to + GROUP);
        next = q.lanewise(VectorOperators.LSHR, 16).and(0xff);
        ((FloatVector) next.convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(d, m)
            .intoArray(weights, to + 2 * GROUP);
        next = q.lanewise(VectorOperators.LSHR, 24);
        ((FloatVector) next.convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(d, m)
            .intoArray(weights, to + 3 * GROUP);
      }
    }
  }

  /**
   * Four tokens and one chain of weights.
   *
   * @param from first weight of the chain
   * @param columns of the chain
   * @param xAt first activation of the chain for the first token
   * @param xStride from one token's activations to the next one's
   * @param sums of four tokens from {@code sumsAt}, {@code GROUP} each; the result is added
   */
  static void multiply(
      float[] weights,
      int from,
      int columns,
      float[] x,
      int xAt,
      int xStride,
      float[] sums,
      int sumsAt) {
    int x1 = xAt + xStride;
    int x2 = x1 + xStride;
    int x3 = x2 + xStride;
    FloatVector a0 = FloatVector.zero(FLOATS), b0 = a0;
    FloatVector a1 = a0, b1 = a0;
    FloatVector a2 = a0, b2 = a0;
    FloatVector a3 = a0, b3 = a0;
    for (int c = 0; c < columns; c++) {
      FloatVector a = FloatVector.fromArray(FLOATS, weights, from + c * GROUP);
      FloatVector b = FloatVector.fromArray(FLOATS, weights, from + c * GROUP + LANES);
      FloatVector y = FloatVector.broadcast(FLOATS, x[xAt + c]);
      a0 = a.fma(y, a0);
      b0 = b.fma(y, b0);
      y = FloatVector.broadcast(FLOATS, x[x1 + c]);
      a1 = a.fma(y, a1);
      b1 = b.fma(y, b1);
      y = FloatVector.broadcast(FLOATS, x[x2 + c]);
      a2 = a.fma(y, a2);
      b2 = b.fma(y, b2);
      y = FloatVector.broadcast(FLOATS, x[x3 + c]);
      a3 = a.fma(y, a3);
      b3 = b.fma(y, b3);
    }
    add(a0, sums, sumsAt);
    add(b0, sums, sumsAt + LANES);
    add(a1, sums, sumsAt + GROUP);
    add(b1, sums, sumsAt + GROUP + LANES);
    add(a2, sums, sumsAt + 2 * GROUP);
    add(b2, sums, sumsAt + 2 * GROUP + LANES);
    add(a3, sums, sumsAt + 3 * GROUP);
    add(b3, sums, sumsAt + 3 * GROUP + LANES);
  }

  /** One token and both chains of weights, of {@code half} columns each. */
  static void multiplyOne(float[] weights, int half, float[] x, int xAt, float[] sums, int sumsAt) {
    FloatVector a0 = FloatVector.zero(FLOATS), a1 = a0;
    FloatVector b0 = a0, b1 = a0;
    int next = half * GROUP;
    for (int c = 0; c < half; c++) {
      FloatVector y = FloatVector.broadcast(FLOATS, x[xAt + c]);
      FloatVector z = FloatVector.broadcast(FLOATS, x[xAt + half + c]);
      a0 = FloatVector.fromArray(FLOATS, weights, c * GROUP).fma(y, a0);
      a1 = FloatVector.fromArray(FLOATS, weights, c * GROUP + LANES).fma(y, a1);
      b0 = FloatVector.fromArray(FLOATS, weights, next + c * GROUP).fma(z, b0);
      b1 = FloatVector.fromArray(FLOATS, weights, next + c * GROUP + LANES).fma(z, b1);
    }
    add(a0, sums, sumsAt);
    add(a1, sums, sumsAt + LANES);
    add(b0, sums, sumsAt);
    add(b1, sums, sumsAt + LANES);
  }

  /** One token and both chains, with weights that are stored nowhere. */
  static void multiplyOne(
      int[] quants,
      float[] scales,
      float[] minima,
      int columns,
      float[] x,
      int xAt,
      float[] sums,
      int sumsAt) {
    FloatVector a0 = FloatVector.zero(FLOATS), a1 = a0;
    FloatVector b0 = a0, b1 = a0;
    int xb = xAt + columns / 2;
    for (int s = 0; s < columns / 8; s++) {
      int at = s * 2 * GROUP;
      int k = (s >> 2) * 2 * GROUP;
      IntVector p = IntVector.fromArray(INTS, quants, at);
      IntVector q = IntVector.fromArray(INTS, quants, at + LANES);
      FloatVector d = FloatVector.fromArray(FLOATS, scales, k);
      FloatVector e = FloatVector.fromArray(FLOATS, scales, k + LANES);
      FloatVector m = FloatVector.fromArray(FLOATS, minima, k);
      FloatVector n = FloatVector.fromArray(FLOATS, minima, k + LANES);
      FloatVector y = FloatVector.broadcast(FLOATS, x[xAt + 4 * s]);
      IntVector t = p.and(0xff);
      IntVector u = q.and(0xff);
      a0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, a0);
      a1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, a1);
      y = FloatVector.broadcast(FLOATS, x[xAt + 4 * s + 1]);
      t = p.lanewise(VectorOperators.LSHR, 8).and(0xff);
      u = q.lanewise(VectorOperators.LSHR, 8).and(0xff);
      a0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, a0);
      a1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, a1);
      y = FloatVector.broadcast(FLOATS, x[xAt + 4 * s + 2]);
      t = p.lanewise(VectorOperators.LSHR, 16).and(0xff);
      u = q.lanewise(VectorOperators.LSHR, 16).and(0xff);
      a0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, a0);
      a1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, a1);
      y = FloatVector.broadcast(FLOATS, x[xAt + 4 * s + 3]);
      t = p.lanewise(VectorOperators.LSHR, 24);
      u = q.lanewise(VectorOperators.LSHR, 24);
      a0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, a0);
      a1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, a1);
      p = IntVector.fromArray(INTS, quants, at + GROUP);
      q = IntVector.fromArray(INTS, quants, at + GROUP + LANES);
      d = FloatVector.fromArray(FLOATS, scales, k + GROUP);
      e = FloatVector.fromArray(FLOATS, scales, k + GROUP + LANES);
      m = FloatVector.fromArray(FLOATS, minima, k + GROUP);
      n = FloatVector.fromArray(FLOATS, minima, k + GROUP + LANES);
      y = FloatVector.broadcast(FLOATS, x[xb + 4 * s]);
      t = p.and(0xff);
      u = q.and(0xff);
      b0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, b0);
      b1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, b1);
      y = FloatVector.broadcast(FLOATS, x[xb + 4 * s + 1]);
      t = p.lanewise(VectorOperators.LSHR, 8).and(0xff);
      u = q.lanewise(VectorOperators.LSHR, 8).and(0xff);
      b0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, b0);
      b1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, b1);
      y = FloatVector.broadcast(FLOATS, x[xb + 4 * s + 2]);
      t = p.lanewise(VectorOperators.LSHR, 16).and(0xff);
      u = q.lanewise(VectorOperators.LSHR, 16).and(0xff);
      b0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, b0);
      b1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, b1);
      y = FloatVector.broadcast(FLOATS, x[xb + 4 * s + 3]);
      t = p.lanewise(VectorOperators.LSHR, 24);
      u = q.lanewise(VectorOperators.LSHR, 24);
      b0 = ((FloatVector) t.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(d, m).fma(y, b0);
      b1 = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).fma(e, n).fma(y, b1);
    }
    add(a0, sums, sumsAt);
    add(a1, sums, sumsAt + LANES);
    add(b0, sums, sumsAt);
    add(b1, sums, sumsAt + LANES);
  }

  private static void add(FloatVector chain, float[] sums, int at) {
    FloatVector.fromArray(FLOATS, sums, at).add(chain).intoArray(sums, at);
  }
}
