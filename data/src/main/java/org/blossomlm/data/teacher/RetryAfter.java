package org.blossomlm.data.teacher;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * How long a service asks to wait: {@code retry-after-ms} in milliseconds (OpenAI, Azure), or
 * {@code Retry-After} in seconds or as a date (RFC 9110, 10.2.3). What cannot be read is ignored.
 */
final class RetryAfter {
  private static final double MOST_SECONDS = 1e9;

  private RetryAfter() {}

  static Optional<Duration> of(HttpHeaders headers, Instant now) {
    Optional<Duration> milliseconds =
        headers.firstValue("retry-after-ms").flatMap(text -> number(text, 1e-3));
    return milliseconds.or(() ->
        headers
            .firstValue("retry-after")
            .flatMap(text -> number(text, 1).or(() -> date(text, now))));
  }

  private static Optional<Duration> number(String text, double unit) {
    try {
      double seconds = Double.parseDouble(text.strip()) * unit;
      return seconds >= 0 && seconds <= MOST_SECONDS
          ? Optional.of(Duration.ofNanos((long) (seconds * 1e9)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String text, Instant now) {
    try {
      Instant then =
          ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(now, then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
