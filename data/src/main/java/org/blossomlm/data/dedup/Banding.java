package org.blossomlm.data.dedup;

/**
 * How a signature is cut: two records become candidates where one band agrees in all its rows
 * (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4).
 */
record Banding(int bands, int rows) {
  /** Candidates are verified, so that a missed pair is worse than a needless one. */
  private static final double WEIGHT_OF_MISSED = 0.9;

  /** A record keeps one number of eight bytes for each band. */
  private static final int MOST_BANDS = 32;

  private static final int STEPS = 100;

  /**
   * The banding of at most {@code permutations} numbers with the least weighted area of missed
   * pairs above {@code threshold} and needless ones below it.
   */
  static Banding forThreshold(double threshold, int permutations) {
    Banding best = new Banding(1, 1);
    double least = Double.POSITIVE_INFINITY;
    for (int bands = 1; bands <= Math.min(MOST_BANDS, permutations); bands++) {
      for (int rows = 1; rows * bands <= permutations; rows++) {
        Banding banding = new Banding(bands, rows);
        double error = banding.error(threshold);
        if (error < least) {
          least = error;
          best = banding;
        }
      }
    }
    return best;
  }

  private double error(double threshold) {
    double missed = 0;
    double needless = 0;
    for (int i = 0; i < STEPS; i++) {
      double below = threshold * (i + 0.5) / STEPS;
      double above = threshold + (1 - threshold) * (i + 0.5) / STEPS;
      needless += candidates(below) * threshold / STEPS;
      missed += (1 - candidates(above)) * (1 - threshold) / STEPS;
    }
    return WEIGHT_OF_MISSED * missed + (1 - WEIGHT_OF_MISSED) * needless;
  }

  /** How likely two sets of {@code similarity} become candidates. */
  double candidates(double similarity) {
    return 1 - Math.pow(1 - Math.pow(similarity, rows), bands);
  }
}
