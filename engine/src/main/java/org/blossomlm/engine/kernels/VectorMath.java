package org.blossomlm.engine.kernels;

import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.INTS;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums and exponentials with one defined result. {@code reduceLanes(ADD)} and {@code lanewise(EXP)}
 * have none: what they return changes when the JIT compiles the caller, and so would the text that
 * a model writes.
 */
final class VectorMath {
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  /** Below this, exp is less than the smallest normal float; the result is 0. */
  private static final float EXP_MIN = -87.33654f;

  /** Above this, exp is infinite. */
  private static final float EXP_MAX = 88.72283f;

  private static final float LOG2_E = 1.44269504f;

  /**
   * ln 2 in two parts, the first short enough for exact products with small integers (Cody and
   * Waite 1980).
   */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  /** Adding and subtracting it rounds to an integer. */
  private static final float ROUND = 0x1.8p23f;

  private VectorMath() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, i -> (i ^ distance) & LANES - 1);
  }

  /** Sum of all lanes, halves first. */
  static float sum(FloatVector v) {
    if (LANES > 8) {
      v = v.add(v.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      v = v.add(v.rearrange(SWAP_4));
    }
    v = v.add(v.rearrange(SWAP_2));
    return v.add(v.rearrange(SWAP_1)).lane(0);
  }

  /** The largest lane; NaN if there is one. */
  static float max(FloatVector v) {
    if (LANES > 8) {
      v = v.max(v.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      v = v.max(v.rearrange(SWAP_4));
    }
    v = v.max(v.rearrange(SWAP_2));
    return v.max(v.rearrange(SWAP_1)).lane(0);
  }

  /**
   * {@code e^x} to about two units in the last place: {@code 2^n · e^r} with {@code |r| ≤ ln 2 / 2}
   * and a polynomial of degree 7 for {@code e^r}. NaN stays NaN.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(EXP_MIN).min(EXP_MAX);
    FloatVector n = clamped.mul(LOG2_E).add(ROUND).sub(ROUND);
    FloatVector r = fma(n, -LN2_HIGH, clamped);
    r = fma(n, -LN2_LOW, r);
    FloatVector p = FloatVector.broadcast(FLOATS, 1 / 5040f);
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1 / 720f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1 / 120f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1 / 24f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1 / 6f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    // Two steps: 2^128 is no float, though e^x may still be one.
    IntVector exponent = (IntVector) n.convertShape(VectorOperators.F2I, INTS, 0);
    IntVector first = exponent.lanewise(VectorOperators.ASHR, 1);
    p = p.mul(power(first)).mul(power(exponent.sub(first)));
    p = p.blend(0, x.compare(VectorOperators.LT, EXP_MIN));
    p = p.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
    return p.blend(x, x.compare(VectorOperators.NE, x));
  }

  private static FloatVector fma(FloatVector a, float b, FloatVector c) {
    return a.fma(FloatVector.broadcast(FLOATS, b), c);
  }

  private static FloatVector power(IntVector exponent) {
    return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }
}
