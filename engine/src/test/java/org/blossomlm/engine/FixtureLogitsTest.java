package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
  void vector_logits_match_the_reference(Path model) throws IOException {
    checkAgainstReference(model, "vector");
  }

  @ParameterizedTest
  @MethodSource("models")
  void scalar_logits_match_the_reference(Path model) throws IOException {
    checkAgainstReference(model, "scalar");
  }

  private static void checkAgainstReference(Path model, String kernels) throws IOException {
    int[] tokens = tokens();
    float[] expected = reference(model);
    float largest = 0;
    for (float v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    try (LoadedDecoder loaded = new LoadedDecoder(model, kernels(kernels), 2)) {
      float[][] actual = loaded.logits(tokens, 16);
      float worst = 0;
      for (int i = 0; i < expected.length; i++) {
        float value = actual[i / loaded.vocabulary][i % loaded.vocabulary];
        worst = Math.max(worst, Math.abs(value - expected[i]));
      }
      assertThat(worst / largest)
          .as("largest error relative to the largest logit")
          .isLessThan(1e-3f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-Q4_K_M", "llama3-Q4_0", "qwen2-Q8_0", "qwen3-F16"})
  void threads_and_chunks_do_not_change_a_bit(String name) {
    Path model = Fixtures.path("tiny-models/" + name + ".gguf");
    int[] tokens = tokens();
    for (String provider : new String[] {"scalar", "vector"}) {
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
    int[] tokens = tokens();
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

  private static Kernels kernels(String name) {
    return KernelProvider.choose(Optional.of(name)).kernels();
  }

  private static int[] tokens() {
    JsonNode golden = JsonMapper.shared().readTree(Fixtures.path("tiny-models/golden.json"));
    return golden.get("tokens").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static float[] reference(Path model) throws IOException {
    String name = model.getFileName().toString().replace(".gguf", ".logits.f32");
    byte[] bytes = Files.readAllBytes(Fixtures.path("tiny-models").resolve(name));
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] result = new float[floats.remaining()];
    floats.get(result);
    return result;
  }
}
