package org.blossomlm.model.quantize;

/**
 * For each group the scale and offset with which integers from 0 to {@code levels} come closest to
 * the weights: {@code x ≈ scale * q + offset}, by weighted least squares.
 *
 * <p>For given integers the best scale and offset are those of a regression line, and its error
 * follows from the sums without another pass. Which integers is a search: the range of the group,
 * from the best offset found so far, is divided by a little less or more than {@code levels}, and
 * what comes out best is improved by rounding again with its own line.
 */
final class AffineSearch {
  /** The range is divided by {@code levels} plus each of these. */
  private static final float FIRST = -0.9f;

  private static final float STEP = 0.1f;
  private static final int STEPS = 19;
  private static final int ROUNDS = 3;

  /** As a part of what it is the difference of; well above the rounding errors of the sums. */
  private static final float LEAST_DETERMINANT = 1e-4f;

  private final Lanes lanes;
  private final int levels;
  private final boolean negativeOffset;

  /** The result. */
  final float[] scale = new float[Lanes.CAPACITY];

  final float[] offset = new float[Lanes.CAPACITY];

  private final float[] error = new float[Lanes.CAPACITY];
  private final float[] low = new float[Lanes.CAPACITY];
  private final float[] inverse = new float[Lanes.CAPACITY];

  /**
   * @param levels largest integer
   * @param negativeOffset whether the format can only subtract
   */
  AffineSearch(Lanes lanes, int levels, boolean negativeOffset) {
    this.lanes = lanes;
    this.levels = levels;
    this.negativeOffset = negativeOffset;
  }

  void search() {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      low[lane] = negativeOffset ? Math.min(lanes.min[lane], 0) : lanes.min[lane];
      offset[lane] = low[lane];
      scale[lane] = Math.max(0, lanes.max[lane] - low[lane]) / levels;
      error[lane] = Float.POSITIVE_INFINITY;
    }
    for (int step = 0; step < STEPS; step++) {
      float divisor = levels + FIRST + STEP * step;
      for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
        low[lane] = offset[lane];
        float range = lanes.max[lane] - low[lane];
        inverse[lane] = range > 0 ? divisor / range : 0;
      }
      lanes.accumulate(inverse, low, 0, levels);
      improve();
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
        inverse[lane] = scale[lane] > 0 ? 1 / scale[lane] : 0;
        low[lane] = offset[lane];
      }
      lanes.accumulate(inverse, low, 0, levels);
      improve();
    }
  }

  /** Takes the regression lines of the sums where they are closer than what was found so far. */
  private void improve() {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float sumW = lanes.sumW[lane];
      float sumX = lanes.sumX[lane];
      float sumQ = lanes.sumQ[lane];
      float sumQq = lanes.sumQq[lane];
      float sumQx = lanes.sumQx[lane];
      float determinant = sumW * sumQq - sumQ * sumQ;
      // Where one weight outweighs all others, the line is not determined.
      if (determinant <= LEAST_DETERMINANT * sumW * sumQq) {
        continue;
      }
      float slope = (sumW * sumQx - sumX * sumQ) / determinant;
      float intercept = (sumQq * sumX - sumQ * sumQx) / determinant;
      if (negativeOffset && intercept > 0) {
        intercept = 0;
        slope = sumQx / sumQq;
      }
      float rest = lanes.sumXx[lane] - slope * sumQx - intercept * sumX;
      if (rest < error[lane] && slope > 0) {
        error[lane] = rest;
        scale[lane] = slope;
        offset[lane] = intercept;
      }
    }
  }
}
