package org.blossomlm.model.quantize;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@link #CAPACITY} groups of 16 or 32 weights that share a scale, turned so that element
 * {@code i} of all groups lies in one array. Searches then run over all groups at once: their inner
 * loops have no sum along the loop, and the JIT compiles them to vector code. (Each array is
 * indexed by the loop variable alone, because only then can it prove that they do not overlap.)
 */
final class Lanes {
  /** A multiple of 16, the groups of the finest super-block. */
  static final int CAPACITY = 256;

  /** Adding and subtracting it rounds a float of up to 2^22 to the nearest even integer. */
  private static final float ROUND = 0x1.8p23f;

  final int group;
  private final float[][] x;
  private final float[][] w;

  /** Sums over a group, found by {@link #load}: of w, w x and w x². */
  final float[] sumW = new float[CAPACITY];

  final float[] sumX = new float[CAPACITY];
  final float[] sumXx = new float[CAPACITY];

  /** Smallest and largest weight of a group, and the one with the largest magnitude. */
  final float[] min = new float[CAPACITY];

  final float[] max = new float[CAPACITY];
  final float[] extreme = new float[CAPACITY];

  /** Sums for integers q, found by {@link #accumulate}: of w q, w q² and w q x. */
  final float[] sumQ = new float[CAPACITY];

  final float[] sumQq = new float[CAPACITY];
  final float[] sumQx = new float[CAPACITY];

  Lanes(int group) {
    this.group = group;
    this.x = new float[group][CAPACITY];
    this.w = new float[group][CAPACITY];
  }

  /**
   * Takes {@code count} groups.
   *
   * @param from index of the first weight
   * @param importance of each weight; null where none is known
   * @param block weights over which the mean square is taken that tempers the importance
   */
  void load(float[] weights, int from, int count, float @Nullable [] importance, int block) {
    for (int lane = 0; lane < count; lane += block / group) {
      loadBlock(weights, from + lane * group, lane, importance, block);
    }
    for (float[] row : x) {
      Arrays.fill(row, count, CAPACITY, 0);
    }
    for (float[] row : w) {
      Arrays.fill(row, count, CAPACITY, 0);
    }
    summarise();
  }

  /**
   * How much an error at each weight counts. Large weights count more, because they meet the
   * activations that matter: with a known importance (mean squared activation of the column) it is
   * multiplied by {@code sqrt(mean square + x²)}; else it is {@code rms + |x|}. No importance is
   * quite zero: a column that was never used still must not become anything.
   */
  private void loadBlock(
      float[] weights, int from, int lane, float @Nullable [] importance, int block) {
    float square = 0;
    for (int i = 0; i < block; i++) {
      square += weights[from + i] * weights[from + i];
    }
    float mean = square / block;
    float rms = (float) Math.sqrt(mean);
    float least = importance == null ? 0 : leastImportance(importance, from, block);
    for (int part = 0; part < block / group; part++) {
      for (int i = 0; i < group; i++) {
        int at = from + part * group + i;
        float value = weights[at];
        x[i][lane + part] = value;
        w[i][lane + part] =
            importance == null
                ? rms + Math.abs(value)
                : (importance[at] + least) * (float) Math.sqrt(mean + value * value);
      }
    }
  }

  /** A millionth of the mean, or 1 where all are zero. */
  private static float leastImportance(float[] importance, int from, int block) {
    float sum = 0;
    for (int i = 0; i < block; i++) {
      sum += importance[from + i];
    }
    return sum > 0 ? sum / block * 1e-6f : 1;
  }

  private void summarise() {
    Arrays.fill(sumW, 0);
    Arrays.fill(sumX, 0);
    Arrays.fill(sumXx, 0);
    System.arraycopy(x[0], 0, min, 0, CAPACITY);
    System.arraycopy(x[0], 0, max, 0, CAPACITY);
    for (int i = 0; i < group; i++) {
      summarise(x[i], w[i]);
    }
    for (int lane = 0; lane < CAPACITY; lane++) {
      extreme[lane] = max[lane] >= -min[lane] ? max[lane] : min[lane];
    }
  }

  private void summarise(float[] xs, float[] ws) {
    float[] totalW = sumW;
    float[] totalX = sumX;
    float[] totalXx = sumXx;
    for (int lane = 0; lane < CAPACITY; lane++) {
      float value = xs[lane];
      float weighted = ws[lane] * value;
      totalW[lane] += ws[lane];
      totalX[lane] += weighted;
      totalXx[lane] += weighted * value;
    }
    float[] low = min;
    float[] high = max;
    for (int lane = 0; lane < CAPACITY; lane++) {
      low[lane] = Math.min(low[lane], xs[lane]);
      high[lane] = Math.max(high[lane], xs[lane]);
    }
  }

  /**
   * Rounds {@code (x - offset) * inverse} to integers q from {@code lowest} to {@code highest} and
   * sums w q, w q² and w q x for every lane.
   */
  void accumulate(float[] inverse, float[] offset, float lowest, float highest) {
    Arrays.fill(sumQ, 0);
    Arrays.fill(sumQq, 0);
    Arrays.fill(sumQx, 0);
    for (int i = 0; i < group; i++) {
      accumulate(x[i], w[i], inverse, offset, lowest, highest, sumQ, sumQq, sumQx);
    }
  }

  private static void accumulate(
      float[] xs,
      float[] ws,
      float[] inverse,
      float[] offset,
      float lowest,
      float highest,
      float[] sumQ,
      float[] sumQq,
      float[] sumQx) {
    for (int lane = 0; lane < CAPACITY; lane++) {
      float value = xs[lane];
      float scaled = (value - offset[lane]) * inverse[lane];
      float q = Math.max(lowest, Math.min(highest, scaled)) + ROUND - ROUND;
      float weighted = ws[lane] * q;
      sumQ[lane] += weighted;
      sumQq[lane] += weighted * q;
      sumQx[lane] += weighted * value;
    }
  }

  /** As above, for levels that {@link Grid.Iq4} keeps in a table. */
  void accumulate(float[] inverse, float[] nearestLevel) {
    Arrays.fill(sumQq, 0);
    Arrays.fill(sumQx, 0);
    for (int i = 0; i < group; i++) {
      accumulate(x[i], w[i], inverse, nearestLevel, sumQq, sumQx);
    }
  }

  private static void accumulate(
      float[] xs, float[] ws, float[] inverse, float[] nearestLevel, float[] sumQq, float[] sumQx) {
    for (int lane = 0; lane < CAPACITY; lane++) {
      float value = xs[lane];
      float level = nearestLevel[Grid.Iq4.place(value * inverse[lane])];
      float weighted = ws[lane] * level;
      sumQq[lane] += weighted * level;
      sumQx[lane] += weighted * value;
    }
  }

  /** The nearest integer, ties to even; exact for magnitudes up to 2^22. */
  static float round(float value) {
    return value + ROUND - ROUND;
  }
}
