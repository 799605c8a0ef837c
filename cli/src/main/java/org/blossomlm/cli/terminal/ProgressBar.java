package org.blossomlm.cli.terminal;

import java.time.Duration;
import java.util.Locale;

/** A bar with the part that is done and the time that is left, for a status line. */
public final class ProgressBar {
  private static final int WIDTH = 24;

  /** Before this much is done nobody knows how long the rest takes. */
  private static final double FIRST_ESTIMATE = 0.02;

  private final long start = System.nanoTime();

  /**
   * For example {@code [######··················] 25% 0:42 blk.3.ffn_up.weight}.
   *
   * @param done of {@code total}
   * @param what is being done
   */
  public String text(long done, long total, String what) {
    double part = total > 0 ? Math.clamp((double) done / total, 0, 1) : 1;
    int filled = (int) (part * WIDTH);
    String left =
        part < FIRST_ESTIMATE
            ? ""
            : clock(Duration.ofNanos((long) ((System.nanoTime() - start) * (1 - part) / part)));
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d%% %s %s",
        "#".repeat(filled),
        "\u00B7".repeat(WIDTH - filled),
        (int) (100 * part),
        left,
        what);
  }

  private static String clock(Duration time) {
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
