package org.blossomlm.bench;

import java.util.Arrays;
import java.util.List;

/**
 * Repeated measurements of one quantity.
 *
 * @param values in the order in which they were taken
 */
public record Sample(List<Double> values) {
  public Sample {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a sample needs at least one value");
    }
    values = List.copyOf(values);
  }

  /** The middle one; of an even number the mean of the two in the middle. */
  public double median() {
    double[] sorted = sorted();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  public double min() {
    return sorted()[0];
  }

  public double max() {
    return sorted()[values.size() - 1];
  }

  private double[] sorted() {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
