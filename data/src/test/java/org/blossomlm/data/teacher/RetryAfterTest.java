package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static Optional<Duration> of(Map<String, String> headers) {
    Map<String, List<String>> lists = new TreeMap<>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    return RetryAfter.of(HttpHeaders.of(lists, (name, value) -> true), NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2                             | PT2S
          0                             | PT0S
          1.5                           | PT1.5S
          Wed, 25 Nov 2026 12:00:30 GMT | PT30S
          Wed, 25 Nov 2026 11:00:00 GMT | PT0S
          """)
  void secondsAndDatesAreUnderstood(String value, Duration wait) {
    assertThat(of(Map.of("Retry-After", value))).contains(wait);
  }

  @Test
  void millisecondsGoBeforeSeconds() {
    assertThat(of(Map.of("retry-after-ms", "250", "Retry-After", "1")))
        .contains(Duration.ofMillis(250));
  }

  @ParameterizedTest
  @CsvSource({"soon", "-1", "NaN", "1e300", "Infinity"})
  void whatCannotBeReadIsIgnored(String value) {
    assertThat(of(Map.of("Retry-After", value))).isEmpty();
    assertThat(of(Map.of())).isEmpty();
  }
}
