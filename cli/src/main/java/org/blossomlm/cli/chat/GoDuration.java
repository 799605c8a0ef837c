package org.blossomlm.cli.chat;

import java.time.Duration;
import java.util.Locale;

/** Durations as Go and Ollama print them: {@code 1m4.21s}, {@code 439.038ms}, {@code 17µs}. */
final class GoDuration {
  private GoDuration() {}

  static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 1_000) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000) {
      return decimal(nanos, 1_000) + "µs";
    }
    if (nanos < 1_000_000_000) {
      return decimal(nanos, 1_000_000) + "ms";
    }
    StringBuilder text = new StringBuilder();
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    long rest = nanos - Duration.ofMinutes(duration.toMinutes()).toNanos();
    return text.append(decimal(rest, 1_000_000_000)).append('s').toString();
  }

  /** {@code value / unit} without trailing zeros. */
  private static String decimal(long value, long unit) {
    int digits = Long.toString(unit).length() - 1;
    String fraction =
        String.format(Locale.ROOT, "%0" + digits + "d", value % unit).replaceFirst("0+$", "");
    return fraction.isEmpty() ? Long.toString(value / unit) : value / unit + "." + fraction;
  }
}
