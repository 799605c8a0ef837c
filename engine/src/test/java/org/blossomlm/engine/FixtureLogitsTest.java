package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every architecture and quantisation against logits that an independent program computed in
 * float64 from the dequantised weights.
 */
class FixtureLogitsTest {
  static Stream<Path> models() throws IOException {
    if (!Fixtures.present()) {
      return Stream.of(Path.of("absent.gguf"));
    }
    try (var files = Files.list(Fixtures.path("tiny-models"))) {
      return files.filter(f -> f.toString().endsWith(".gguf")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void scalar_logits_match_the_reference(Path model) throws IOException {
    check(model, "scalar");
  }

  /** The kernels that round activations to 8 bits, as llama.cpp does. */
  @ParameterizedTest
  @CsvSource({"native, true", "native, false", "vector, true", "vector, false"})
  void rounded_logits_are_as_near_to_the_reference_as_llama_cpps(String provider, boolean packed)
      throws IOException {
    assumeUsable(provider);
    List<Double> ratios = new ArrayList<>();
    for (Path model : models().toList()) {
      try (LoadedDecoder loaded = new LoadedDecoder(model, kernels(provider), 2, packed)) {
        float[][] actual = loaded.logits(LogitsQuality.tokens(), 16);
        if (model.toString().matches(".*-B?F\\d+.gguf")) {
          LogitsQuality.checkExact(model, actual);
        } else {
          double ratio = LogitsQuality.divergenceRatio(model, actual);
          assertThat(ratio).as(model.toString()).isLessThan(3);
          ratios.add(ratio);
        }
      }
    }
    double mean = ratios.stream().mapToDouble(r -> r).average().orElseThrow();
    assertThat(mean).as("mean of %s", ratios).isLessThan(1.25);
  }

  private static void check(Path model, String provider) throws IOException {
    try (LoadedDecoder loaded = new LoadedDecoder(model, kernels(provider), 2)) {
      LogitsQuality.checkExact(model, loaded.logits(LogitsQuality.tokens(), 16));
    }
  }

  private static void assumeUsable(String provider) {
    Optional<String> refusal = KernelProvider.refusal(provider);
    assumeTrue(refusal.isEmpty(), () -> provider + " kernels: " + refusal.orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-Q4_K_M", "llama3-Q4_0", "qwen2-Q8_0", "qwen3-F16"})
  void threads_and_chunks_do_not_change_a_bit(String name) {
    Path model = Fixtures.path("tiny-models/" + name + ".gguf");
    int[] tokens = LogitsQuality.tokens();
    for (String provider : providers()) {
      float[][] expected = null;
      for (int threads : new int[] {1, 2, 3, 5}) {
        try (LoadedDecoder loaded = new LoadedDecoder(model, kernels(provider), threads)) {
          for (int chunk : new int[] {48, 1, 5, 17}) {
            float[][] actual = loaded.logits(tokens, chunk);
            if (expected == null) {
              expected = actual;
            }
            assertThat(Arrays.deepEquals(actual, expected))
                .as("%s, %d threads, chunks of %d", provider, threads, chunk)
                .isTrue();
          }
        }
      }
    }
  }

  @Test
  void a_sequence_that_was_truncated_continues_as_if_it_had_never_been_longer() {
    int[] tokens = LogitsQuality.tokens();
    Path model = Fixtures.path("tiny-models/qwen2-Q4_0.gguf");
    try (LoadedDecoder loaded = new LoadedDecoder(model, kernels("vector"), 1);
        Sequence sequence = loaded.sequence(64, 16)) {
      float[] expected = LoadedDecoder.evaluate(sequence, tokens, 0, 20).clone();
      sequence.truncate(7);
      assertThat(sequence.length()).isEqualTo(7);
      assertThat(LoadedDecoder.evaluate(sequence, tokens, 7, 20)).containsExactly(expected);
      assertThat(sequence.tokenAt(19)).isEqualTo(tokens[19]);
    }
  }

  private static List<String> providers() {
    return KernelProvider.NAMES.stream().filter(n -> KernelProvider.refusal(n).isEmpty()).toList();
  }

  private static Kernels kernels(String name) {
    return KernelProvider.choose(Optional.of(name)).kernels();
  }
}
