package org.blossomlm.train.report;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One quantity over the steps of a run.
 *
 * @param steps ascending
 * @param values as many; infinite or not a number where the run was in trouble
 */
public record Curve(long[] steps, double[] values) {
  /** Nothing was measured. */
  public static final Curve NONE = new Curve(new long[0], new double[0]);

  /** A mean over about this part of the run is smooth, and still follows it. */
  private static final int SMOOTHED_PARTS = 40;

  public Curve {
    if (steps.length != values.length) {
      throw new IllegalArgumentException(
          "%d steps and %d values".formatted(steps.length, values.length));
    }
  }

  public int size() {
    return steps.length;
  }

  public boolean isEmpty() {
    return steps.length == 0;
  }

  /** The latest number. */
  public OptionalDouble last() {
    for (int i = size() - 1; i >= 0; i--) {
      if (Double.isFinite(values[i])) {
        return OptionalDouble.of(values[i]);
      }
    }
    return OptionalDouble.empty();
  }

  public OptionalDouble lowest() {
    return finite().min();
  }

  /** The first step with the lowest value, or -1. */
  public long lowestAt() {
    OptionalDouble lowest = lowest();
    return lowest.isEmpty()
        ? -1
        : IntStream.range(0, size())
            .filter(i -> values[i] == lowest.getAsDouble())
            .mapToLong(i -> steps[i])
            .findFirst()
            .orElse(-1);
  }

  public double sum() {
    return finite().sum();
  }

  /** The middle one of all numbers. */
  public OptionalDouble median() {
    double[] sorted = finite().sorted().toArray();
    return sorted.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sorted[sorted.length / 2]);
  }

  /** What was measured at a step. */
  public OptionalDouble at(long step) {
    int index = Arrays.binarySearch(steps, step);
    return index < 0 ? OptionalDouble.empty() : OptionalDouble.of(values[index]);
  }

  DoubleStream finite() {
    return Arrays.stream(values).filter(Double::isFinite);
  }

  /** With all steps later by a number. */
  Curve shifted(long by) {
    return new Curve(Arrays.stream(steps).map(step -> step + by).toArray(), values);
  }

  Curve followedBy(Curve next) {
    return new Curve(
        LongStream.concat(Arrays.stream(steps), Arrays.stream(next.steps)).toArray(),
        DoubleStream.concat(Arrays.stream(values), Arrays.stream(next.values)).toArray());
  }

  /** Smooth enough to see where the run goes. */
  public Curve smoothed() {
    return smoothed(Math.max(1, size() / SMOOTHED_PARTS));
  }

  /**
   * An exponential moving mean without bias to zero at its beginning, as TensorBoard draws it.
   *
   * @param span so many values weigh about as much as all before them
   */
  public Curve smoothed(int span) {
    double decay = 1 - 2.0 / (span + 1);
    double[] smooth = new double[size()];
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < smooth.length; i++) {
      if (Double.isFinite(values[i])) {
        sum = decay * sum + (1 - decay) * values[i];
        weight = decay * weight + (1 - decay);
        smooth[i] = sum / weight;
      } else {
        smooth[i] = Double.NaN;
      }
    }
    return new Curve(steps, smooth);
  }
}
