package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.engine.measure.TokenProbabilities;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probabilities of tokens, against logits of an independent program and against perplexity. */
class TokenProbabilitiesTest {
  private static final String TEXT = "and an end 中文 and a hand\nand then and and\n".repeat(6);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama3", "qwen2", "qwen3"})
  void probabilities_are_those_of_the_reference_logits(String family) throws IOException {
    Path file = Fixtures.path("tiny-models/" + family + "-F16.gguf");
    FloatBuffer reference =
        ByteBuffer.wrap(
                Files.readAllBytes(Fixtures.path("tiny-models/" + family + "-F16.logits.f32")))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    int[] tokens = LogitsQuality.tokens();
    int vocabulary = reference.remaining() / tokens.length;
    try (LanguageModel model =
            LanguageModel.load(file, LoadOptions.DEFAULT.withKernels(Optional.of("scalar")));
        Session session = model.newSession()) {
      double[] actual = TokenProbabilities.logarithms(model, session, tokens, 1);
      assertThat(actual).hasSize(tokens.length - 1);
      for (int i = 0; i < actual.length; i++) {
        double[] row = new double[vocabulary];
        double sum = 0;
        double largest = 0;
        for (int j = 0; j < vocabulary; j++) {
          row[j] = reference.get(i * vocabulary + j);
          sum += Math.exp(row[j]);
          largest = Math.max(largest, Math.abs(row[j]));
        }
        assertThat(actual[i])
            .as("token %d", i + 1)
            .isCloseTo(row[tokens[i + 1]] - Math.log(sum), within(2e-3 * largest));
      }
    }
  }

  @Test
  void the_second_half_of_a_chunk_gives_its_perplexity() {
    Path file = TinyModel.write(folder.resolve("model.gguf"), "llama", TensorType.F16, 5);
    try (LanguageModel model = LanguageModel.load(file, LoadOptions.DEFAULT);
        Session session = model.newSession()) {
      TextChunks text = TextChunks.of(model, TEXT, 16, 1);
      double[] logarithms = TokenProbabilities.logarithms(model, session, text.chunk(0), 9);
      double expected = Perplexity.of(model, text, (done, total, estimate) -> {}).perplexity();
      assertThat(logarithms).hasSize(text.scored());
      double mean = Arrays.stream(logarithms).average().orElseThrow();
      assertThat(Math.exp(-mean)).isCloseTo(expected, within(1e-9 * expected));
      double[] all = TokenProbabilities.logarithms(model, session, text.chunk(0), 1);
      assertThat(Arrays.copyOfRange(all, 8, 15)).isEqualTo(logarithms);
      assertThatThrownBy(() -> TokenProbabilities.logarithms(model, session, text.chunk(0), 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
