package org.blossomlm.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The status line")
class StatusLineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void stays_silent_about_work_that_is_done_at_once() {
    StatusLine status = new StatusLine(new Output(bytes), true, () -> 80);
    status.show("working");
    status.clear();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void shows_nothing_where_there_is_no_terminal() throws InterruptedException {
    StatusLine status = new StatusLine(new Output(bytes), false, () -> 80);
    Thread.sleep(450);
    status.show("working");
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void leaves_no_trace() throws InterruptedException {
    StatusLine status = new StatusLine(new Output(bytes), true, () -> 12);
    Thread.sleep(450);
    status.show("a text that is too long for the line");
    status.clear();
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("a text that")
        .doesNotContain("too")
        .endsWith("\r\033[K");
  }

  @Test
  void a_ticker_shows_seconds_until_the_work_reports_progress() throws InterruptedException {
    StatusLine status = new StatusLine(new Output(bytes), true, () -> 80);
    try (var ticker = status.tick("Loading")) {
      Thread.sleep(1300);
      assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("Loading 1 s");
      ticker.show("Packing 63%");
      Thread.sleep(400);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("Packing 63%")
        .doesNotContain("63% ")
        .endsWith("\r\033[K");
  }
}
