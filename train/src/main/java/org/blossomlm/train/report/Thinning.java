package org.blossomlm.train.report;

import java.util.Arrays;

/** As many points as a drawing can show, without losing a spike. */
final class Thinning {
  private Thinning() {}

  /**
   * Of each of {@code columns} equal parts of the steps: the first, lowest, highest and last value.
   */
  static Curve thin(Curve curve, int columns) {
    int size = curve.size();
    if (size <= 4 * columns) {
      return curve;
    }
    long first = curve.steps()[0];
    double width = (curve.steps()[size - 1] - first + 1) / (double) columns;
    int[] kept = new int[4 * columns];
    int count = 0;
    for (int from = 0; from < size; ) {
      double end = first + (Math.floor((curve.steps()[from] - first) / width) + 1) * width;
      int lowest = from;
      int highest = from;
      int to = from;
      do {
        // What is no number stays a gap: it is neither lowest nor highest, but may be first or
        // last.
        if (Double.isFinite(curve.values()[to])) {
          lowest = curve.values()[lowest] <= curve.values()[to] ? lowest : to;
          highest = curve.values()[highest] >= curve.values()[to] ? highest : to;
        }
        to++;
      } while (to < size && curve.steps()[to] < end);
      int[] corners = {from, lowest, highest, to - 1};
      Arrays.sort(corners);
      for (int corner : corners) {
        if (count == 0 || kept[count - 1] != corner) {
          if (count == kept.length) {
            kept = Arrays.copyOf(kept, 2 * count);
          }
          kept[count++] = corner;
        }
      }
      from = to;
    }
    long[] steps = new long[count];
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      steps[i] = curve.steps()[kept[i]];
      values[i] = curve.values()[kept[i]];
    }
    return new Curve(steps, values);
  }
}
