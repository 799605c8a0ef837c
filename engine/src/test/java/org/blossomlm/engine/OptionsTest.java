package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static void assertRefused(Consumer<SamplingOptions.Builder> change, String message) {
    var builder = SamplingOptions.builder();
    change.accept(builder);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void samplingOptionsOutOfRangeSayWhatWasFoundAndWhatIsAllowed() {
    assertRefused(
        b -> b.temperature(Float.NaN), "temperature: found NaN, allowed is any finite number");
    assertRefused(b -> b.topK(-2), "top_k: found -2, allowed is -1 or more");
    assertRefused(b -> b.topP(1.5f), "top_p: found 1.5, allowed is 0 to 1");
    assertRefused(b -> b.topP(Float.NaN), "top_p: found NaN, allowed is 0 to 1");
    assertRefused(b -> b.minP(-0.1f), "min_p: found -0.1, allowed is 0 to 1");
    assertRefused(b -> b.typicalP(2), "typical_p: found 2.0, allowed is 0 to 1");
    assertRefused(
        b -> b.repeatPenalty(0), "repeat_penalty: found 0.0, allowed is any number greater than 0");
    assertRefused(b -> b.repeatLastN(-2), "repeat_last_n: found -2, allowed is -1 or more");
    assertRefused(
        b -> b.presencePenalty(Float.POSITIVE_INFINITY),
        "presence_penalty: found Infinity, allowed is any finite number");
    assertRefused(
        b -> b.frequencyPenalty(Float.NaN),
        "frequency_penalty: found NaN, allowed is any finite number");
    assertRefused(
        b -> b.logitBias(Map.of(-1, 1f)),
        "logit_bias: found token -1, allowed is token ids from 0");
    assertRefused(
        b -> b.logitBias(Map.of(3, Float.NaN)),
        "logit_bias: found NaN for token 3, allowed is any number less than Infinity");
  }

  @Test
  void generationOptionsOutOfRangeSayWhatWasFoundAndWhatIsAllowed() {
    assertThatThrownBy(() -> GenerationOptions.builder().maxTokens(-2).build())
        .hasMessage("num_predict: found -2, allowed is -1 or more");
    assertThatThrownBy(() -> GenerationOptions.builder().topLogprobs(-2).build())
        .hasMessage("top_logprobs: found -2, allowed is -1 or more");
    assertThatThrownBy(() -> GenerationOptions.builder().keepTokens(-2).build())
        .hasMessage("num_keep: found -2, allowed is -1 or more");
    assertThatThrownBy(() -> GenerationOptions.builder().stop("a", "").build())
        .hasMessageStartingWith("stop: found an empty string");
    assertThatThrownBy(() -> GenerationOptions.builder().stop("\ud83d").build())
        .hasMessageStartingWith("stop: found a string with half a surrogate pair");
  }

  @Test
  void aBuilderChangesWhatItIsToldAndKeepsTheRest() {
    assertThat(SamplingOptions.BLOSSOM.toBuilder().build()).isEqualTo(SamplingOptions.BLOSSOM);
    var sampling =
        SamplingOptions.builder()
            .temperature(0.1f)
            .topK(1)
            .topP(0.2f)
            .minP(0.3f)
            .typicalP(0.4f)
            .repeatPenalty(1.5f)
            .repeatLastN(6)
            .presencePenalty(0.7f)
            .frequencyPenalty(0.8f)
            .logitBias(Map.of(9, 1f))
            .seed(10)
            .build();
    assertThat(sampling)
        .isEqualTo(
            new SamplingOptions(
                0.1f,
                1,
                0.2f,
                0.3f,
                0.4f,
                1.5f,
                6,
                0.7f,
                0.8f,
                Map.of(9, 1f),
                OptionalLong.of(10)));
    assertThat(
            GenerationOptions.builder()
                .sampling(sampling)
                .maxTokens(1)
                .stop("x")
                .topLogprobs(2)
                .whenFull(WhenFull.SHIFT)
                .keepTokens(3)
                .draftTokens(4)
                .build())
        .isEqualTo(new GenerationOptions(sampling, 1, List.of("x"), 2, WhenFull.SHIFT, 3, 4));
    assertThat(GenerationOptions.builder().build()).isEqualTo(GenerationOptions.DEFAULT);
  }

  @Test
  void optionsDoNotChangeBehindTheirBack() {
    Map<Integer, Float> bias = new HashMap<>(Map.of(1, 1f));
    var options = SamplingOptions.builder().logitBias(bias).build();
    bias.clear();
    assertThat(options.logitBias()).containsExactly(Map.entry(1, 1f));
  }
}
