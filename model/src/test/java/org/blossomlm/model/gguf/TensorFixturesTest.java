package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models quantised by another program decode to what they were made from. The weights are normally
 * distributed, so each type has a known error; elements in a wrong order would give about 1.4.
 */
class TensorFixturesTest {
  /** The relative root mean square error that is the most, and half of it the least, to expect. */
  private static final Map<TensorType, Double> LARGEST_ERROR =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(TensorType.BF16, 0.0025),
              Map.entry(TensorType.Q8_0, 0.008),
              Map.entry(TensorType.Q6_K, 0.025),
              Map.entry(TensorType.Q5_0, 0.06),
              Map.entry(TensorType.Q5_1, 0.055),
              Map.entry(TensorType.Q5_K, 0.05),
              Map.entry(TensorType.Q4_0, 0.12),
              Map.entry(TensorType.Q4_1, 0.11),
              Map.entry(TensorType.Q4_K, 0.1),
              Map.entry(TensorType.IQ4_NL, 0.1),
              Map.entry(TensorType.IQ4_XS, 0.1),
              Map.entry(TensorType.Q3_K, 0.2),
              Map.entry(TensorType.Q2_K, 0.4)));

  private static float[] decode(Tensor tensor) {
    var floats = new float[Math.toIntExact(tensor.elements())];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, floats.length, floats, 0);
    return floats;
  }

  private static double relativeError(float[] actual, float[] expected) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = (double) actual[i] - expected[i];
      error += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
    return Math.sqrt(error / norm);
  }

  private static List<Path> quantised(Path folder, String model) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(model + "-.*\\.gguf"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama3", "qwen2", "qwen3"})
  @DisplayName("every quantised tensor is as close to its F16 original as its type allows")
  void closeToOriginal(String model) throws IOException {
    Path folder = Fixtures.require("tiny-models");
    try (GgufFile original = GgufFile.open(folder.resolve(model + "-F16.gguf"))) {
      for (Path path : quantised(folder, model)) {
        try (GgufFile file = GgufFile.open(path)) {
          assertThat(file.tensors().keySet()).isEqualTo(original.tensors().keySet());
          for (Tensor tensor : file.tensors().values()) {
            Tensor source = original.requireTensor(tensor.name());
            assertThat(tensor.dimensions()).isEqualTo(source.dimensions());
            double error = relativeError(decode(tensor), decode(source));
            String where = path.getFileName() + " " + tensor.name() + " " + tensor.type();
            switch (tensor.type()) {
              case F32 -> assertThat(error).as(where).isLessThan(0.0005);
              case F16 -> assertThat(error).as(where).isZero();
              default -> {
                double largest = LARGEST_ERROR.getOrDefault(tensor.type(), 0.0);
                assertThat(error).as(where).isBetween(largest / 2, largest);
              }
            }
          }
        }
      }
    }
  }

  @Test
  @DisplayName("the models of the fixtures have every tensor type")
  void everyTypeIsCovered() throws IOException {
    Path folder = Fixtures.require("tiny-models");
    var types = new EnumMap<TensorType, String>(TensorType.class);
    for (Path path : quantised(folder, ".*")) {
      try (GgufFile file = GgufFile.open(path)) {
        file.tensors().values().forEach(tensor -> types.put(tensor.type(), tensor.name()));
      }
    }
    assertThat(types.keySet()).containsExactlyInAnyOrder(TensorType.values());
  }

  @Test
  @DisplayName("the metadata of a real model reads as typed values")
  void metadata() {
    Path path = Fixtures.require("stories260k/stories260k-f32.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.requireString("general.architecture")).isEqualTo("llama");
      assertThat(metadata.requireInteger("llama.block_count")).isEqualTo(5);
      assertThat(metadata.number("llama.attention.layer_norm_rms_epsilon")).hasValue(1e-5f);
      assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow())
          .hasSize(512)
          .startsWith("<unk>", "<s>", "</s>");
      assertThat(metadata.floats("tokenizer.ggml.scores").orElseThrow()).hasSize(512);
      assertThat(metadata.integers("tokenizer.ggml.token_type").orElseThrow()).startsWith(2, 3, 3);
      assertThat(file.requireTensor("token_embd.weight").dimensions()).containsExactly(64L, 512L);
    }
  }
}
