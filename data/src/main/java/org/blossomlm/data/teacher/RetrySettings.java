package org.blossomlm.data.teacher;

import java.time.Duration;

/**
 * How long a teacher is waited for.
 *
 * @param timeout for one answer, from the request to its last byte
 * @param idleTimeout between two pieces of an answer that has begun
 * @param retries how often a call is sent again after it failed by a connection error, a time-out
 *     or a status of 408, 409, 425 or 5xx while others were answered. Where nobody is, and after
 *     429, it is sent again until {@code patience} is over
 * @param firstDelay before the first retry, give or take a half; it doubles each time. What the
 *     service asks for by {@code Retry-After} goes before
 * @param mostDelay between two retries, unless the service asks for more
 * @param patience with 429 for one call, with a service that answers nobody for all calls, after
 *     which the run stops; and the most that a {@code Retry-After} may ask for
 * @param failuresUntilOpen after so many failures in a row the service counts as down (circuit
 *     breaker): calls wait, and one at a time finds out whether it is back
 * @param openDelay between two of these
 */
public record RetrySettings(
    Duration timeout,
    Duration idleTimeout,
    int retries,
    Duration firstDelay,
    Duration mostDelay,
    Duration patience,
    int failuresUntilOpen,
    Duration openDelay) {
  public static final RetrySettings DEFAULT =
      new RetrySettings(
          Duration.ofSeconds(600),
          Duration.ofSeconds(120),
          6,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(600),
          20,
          Duration.ofSeconds(15));

  /** The keys that a configuration may have, with these as the defaults. */
  RetrySettings read(SettingsReader fields) {
    return new RetrySettings(
        fields.seconds("timeout", timeout),
        fields.seconds("idle_timeout", idleTimeout),
        (int) fields.integer("retries", 0, 100).orElse(retries),
        fields.seconds("first_delay", firstDelay),
        fields.seconds("most_delay", mostDelay),
        fields.seconds("patience", patience),
        (int) fields.integer("failures_until_open", 1, 10_000).orElse(failuresUntilOpen),
        fields.seconds("open_delay", openDelay));
  }
}
