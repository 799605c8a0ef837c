package org.blossomlm.data.teacher;

/**
 * Spreads units over time: a rate, with a burst after a pause (generic cell rate algorithm, ITU-T
 * I.371). Times are of {@link System#nanoTime()}. Not thread-safe.
 */
final class Pace {
  private static final double MINUTE = 60e9;

  private final double nanosPerUnit;
  private final double burstNanos;
  private boolean begun;
  private long arrival;

  /**
   * @param perMinute units; 0 has no limit
   * @param burst units that may come at once after a pause
   */
  Pace(long perMinute, long burst) {
    this.nanosPerUnit = perMinute == 0 ? 0 : MINUTE / perMinute;
    this.burstNanos = burst * nanosPerUnit;
  }

  /** When {@code units} may come, {@code now} or later. */
  long ready(long now, long units) {
    long wait = (long) (begin(now) + units * nanosPerUnit - burstNanos - now);
    // More than a burst at once waits only until everything before it is paid off.
    long paidOff = Math.max(0, arrival - now);
    return now + Math.max(0, Math.min(wait, paidOff));
  }

  /** Units come; negative ones did not come after all. */
  void take(long now, long units) {
    arrival = begin(now) + (long) (units * nanosPerUnit);
  }

  private long begin(long now) {
    if (!begun || arrival - now < 0) {
      begun = true;
      arrival = now;
    }
    return arrival;
  }
}
