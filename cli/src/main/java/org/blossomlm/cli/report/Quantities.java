package org.blossomlm.cli.report;

import java.util.List;
import java.util.Locale;

/** Numbers as people read them: three digits and a decimal unit. */
public final class Quantities {
  private Quantities() {}

  /** For example {@code 7.24B}. */
  public static String count(long value) {
    return decimal(value, List.of("", "K", "M", "B", "T"));
  }

  /** For example {@code 4.68 GB}. */
  public static String size(long bytes) {
    return decimal(bytes, List.of(" B", " kB", " MB", " GB", " TB"));
  }

  private static String decimal(long value, List<String> units) {
    double scaled = value;
    int unit = 0;
    while (scaled >= 999.5 && unit < units.size() - 1) {
      scaled /= 1000;
      unit++;
    }
    String format = unit == 0 || scaled >= 100 ? "%.0f" : scaled >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, scaled) + units.get(unit);
  }
}
