package org.blossomlm.model.quantize;

import java.util.Arrays;

/**
 * For each group the scale with which the values q of a grid come closest to the weights: {@code x
 * ≈ scale * q}, by weighted least squares. The largest weight becomes the end of the grid, or a
 * little more or less; the scale is signed, so that either end can serve it. What comes out best is
 * improved by rounding again with its own scale.
 */
final class SymmetricSearch {
  private static final int ROUNDS = 2;

  private final Lanes lanes;
  private final Grid grid;

  /** The result. */
  final float[] scale = new float[Lanes.CAPACITY];

  private final float[] gain = new float[Lanes.CAPACITY];
  private final float[] inverse = new float[Lanes.CAPACITY];

  SymmetricSearch(Lanes lanes, Grid grid) {
    this.lanes = lanes;
    this.grid = grid;
  }

  void search() {
    Arrays.fill(scale, 0);
    Arrays.fill(gain, 0);
    for (int step = -grid.steps(); step <= grid.steps(); step++) {
      attempt(grid.low() + grid.step() * step);
      if (grid.bothEnds()) {
        attempt(grid.high() + grid.step() * step);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
        inverse[lane] = scale[lane] != 0 ? 1 / scale[lane] : 0;
      }
      grid.accumulate(lanes, inverse);
      improve();
    }
  }

  /**
   * @param target the value, roughly, that the largest weight becomes
   */
  private void attempt(float target) {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float extreme = lanes.extreme[lane];
      inverse[lane] = extreme != 0 ? target / extreme : 0;
    }
    grid.accumulate(lanes, inverse);
    improve();
  }

  /** With the best scale the error is that of all zeros less {@code sumQx² / sumQq}. */
  private void improve() {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float sumQx = lanes.sumQx[lane];
      float sumQq = lanes.sumQq[lane];
      if (sumQq > 0) {
        float best = sumQx / sumQq;
        float newGain = best * sumQx;
        if (newGain > gain[lane]) {
          gain[lane] = newGain;
          scale[lane] = best;
        }
      }
    }
  }
}
