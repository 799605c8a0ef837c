package org.blossomlm.engine.measure;

import java.util.Arrays;

/**
 * Numbers summarised.
 *
 * @param mean of all
 * @param error standard error of the mean
 * @param sorted all of them, ascending
 */
public record Distribution(double mean, double error, float[] sorted) {
  /**
   * @param values in any order, at least one
   */
  static Distribution of(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    var moments = new Moments();
    for (float value : values) {
      moments.add(value);
    }
    return new Distribution(moments.mean(), moments.standardError(), sorted);
  }

  public double median() {
    return quantile(0.5);
  }

  public double minimum() {
    return sorted[0];
  }

  public double maximum() {
    return sorted[sorted.length - 1];
  }

  /**
   * The value below which a part of all lie, interpolated between neighbours.
   *
   * @param part 0 to 1
   */
  public double quantile(double part) {
    double place = part * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
