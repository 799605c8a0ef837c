package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

/** Pearson's test that counts come from a distribution. */
final class ChiSquare {
  /** The standard normal quantile of 1 - 10^-4. */
  private static final double Z = 3.719;

  private ChiSquare() {}

  /** Fails if counts like these, or worse, come up less than once in 10,000 times. */
  static void assertDrawnFrom(double[] probabilities, int[] counts) {
    long draws = 0;
    for (int count : counts) {
      draws += count;
    }
    double statistic = 0;
    int cells = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = probabilities[i] * draws;
      if (probabilities[i] == 0) {
        assertThat(counts[i]).as("draws of the impossible token %d", i).isZero();
      } else {
        assertThat(expected).as("too few draws for a chi-square test").isGreaterThan(5);
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        cells++;
      }
    }
    assertThat(statistic).as("chi-square of %d cells", cells).isLessThan(critical(cells - 1));
  }

  /** Wilson and Hilferty's approximation. */
  private static double critical(int freedom) {
    double part = 2.0 / (9 * freedom);
    return freedom * Math.pow(1 - part + Z * Math.sqrt(part), 3);
  }
}
