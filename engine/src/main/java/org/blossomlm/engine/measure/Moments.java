package org.blossomlm.engine.measure;

/** Mean and variance of numbers as they come (Welford 1962), stable whatever their size. */
final class Moments {
  private long count;
  private double mean;
  private double squares;

  void add(double value) {
    count++;
    double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }

  long count() {
    return count;
  }

  double mean() {
    return mean;
  }

  /** Of the numbers as a sample. */
  double standardDeviation() {
    return count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  }

  /** Of the mean. */
  double standardError() {
    return count > 0 ? Math.sqrt(squares / count / Math.max(1, count - 1)) : 0;
  }
}
