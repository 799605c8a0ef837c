package org.blossomlm.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Parameters of a conversation")
class ParametersTest {
  private final Parameters parameters = new Parameters();

  @Test
  void what_is_not_set_is_the_models_default() {
    GenerationOptions options = parameters.generation(SamplingOptions.BLOSSOM);
    assertThat(options.sampling()).isEqualTo(SamplingOptions.BLOSSOM);
    assertThat(options.maxTokens()).isEqualTo(-1);
    assertThat(options.whenFull()).isEqualTo(WhenFull.STOP);
  }

  @Test
  void what_is_set_replaces_it() {
    parameters.set(Parameter.TEMPERATURE, "0");
    parameters.set(Parameter.TOP_K, "7");
    parameters.set(Parameter.SEED, "42");
    parameters.set(Parameter.STOP, "a");
    parameters.set(Parameter.STOP, "b");
    parameters.set(Parameter.CONTEXT_FULL, "shift");
    parameters.set(Parameter.NUM_CTX, "512");
    parameters.set(Parameter.DRAFT_NUM_PREDICT, "5");
    GenerationOptions options = parameters.generation(SamplingOptions.DEFAULT);
    assertThat(options.sampling().temperature()).isZero();
    assertThat(options.sampling().topK()).isEqualTo(7);
    assertThat(options.sampling().topP()).isEqualTo(SamplingOptions.DEFAULT.topP());
    assertThat(options.sampling().seed()).isEqualTo(OptionalLong.of(42));
    assertThat(options.stop()).isEqualTo(List.of("a", "b"));
    assertThat(options.whenFull()).isEqualTo(WhenFull.SHIFT);
    assertThat(parameters.loading(LoadOptions.DEFAULT).contextLength()).isEqualTo(512);
    assertThat(options.draftTokens()).isEqualTo(5);
  }

  @Test
  void a_negative_seed_asks_for_a_fresh_one() {
    parameters.set(Parameter.SEED, "-1");
    assertThat(parameters.generation(SamplingOptions.DEFAULT).sampling().seed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "TEMPERATURE, -0.1",
    "TEMPERATURE, warm",
    "TEMPERATURE, NaN",
    "TEMPERATURE, Infinity",
    "TOP_P, 1.1",
    "TOP_K, -1",
    "TOP_K, 1.5",
    "TOP_K, 99999999999",
    "NUM_PREDICT, -2",
    "DRAFT_NUM_PREDICT, 65",
    "CONTEXT_FULL, wrap",
    "STOP, ''"
  })
  void values_out_of_range_are_refused(Parameter parameter, String value) {
    assertThatThrownBy(() -> parameters.set(parameter, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(parameter.allowed());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "17, 17ns",
    "1500, 1.5µs",
    "439038000, 439.038ms",
    "4648158584, 4.648158584s",
    "64210000000, 1m4.21s",
    "3661000000000, 1h1m1s"
  })
  void durations_are_printed_as_ollama_prints_them(long nanos, String expected) {
    assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(expected);
  }

  @Test
  void timings_count_what_was_computed() {
    var generation =
        new Generation(
            "x",
            List.of(),
            FinishReason.STOP,
            30,
            4,
            8,
            6,
            Duration.ofMillis(500),
            Duration.ofSeconds(2));
    assertThat(new Timings(Duration.ofMillis(100), generation).summary())
        .contains("total duration:       2.6s\n")
        .contains("prompt eval count:    26 token(s)\n")
        .contains("prompt eval rate:     52.00 tokens/s\n")
        .endsWith("draft acceptance:     6 of 8 token(s), 75.0 %\n");
  }
}
