package org.blossomlm.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Round numbers along an axis. */
final class Ticks {
  private static final double LARGE = 1e5;
  private static final double SMALL = 1e-3;

  private Ticks() {}

  /** About {@code count} of 1, 2 or 5 times a power of ten between both ends. */
  static List<Double> linear(double low, double high, int count) {
    double raw = (high - low) / Math.max(1, count);
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step =
        power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
    List<Double> ticks = new ArrayList<>();
    // Counted, not added up, so that 0.3 is 0.3.
    for (double i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
      ticks.add(0.0 + (step >= 1 ? i * step : i / Math.round(1 / step))); // Not -0.
    }
    return ticks;
  }

  /** Powers of ten, with their halves and fifths where there are few. */
  static List<Double> logarithmic(double low, double high) {
    boolean few = Math.log10(high / low) < 2;
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
      for (double factor : few ? new double[] {1, 2, 5} : new double[] {1}) {
        double tick = factor * Math.pow(10, power);
        if (tick >= low && tick <= high) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** The shortest text of a round number. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size >= LARGE || (size > 0 && size < SMALL)) {
      String[] parts = String.format(Locale.ROOT, "%.2e", value).split("e");
      return bare(parts[0]) + "e" + Integer.parseInt(parts[1]);
    }
    return bare(String.format(Locale.ROOT, size >= 100 ? "%.1f" : "%.4f", value));
  }

  private static String bare(String decimal) {
    return decimal.replaceFirst("\\.?0+$", "");
  }
}
