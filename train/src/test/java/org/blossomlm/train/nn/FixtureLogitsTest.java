package org.blossomlm.train.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The decoder computes what an independent program did in float64. */
class FixtureLogitsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("blossom.fixtures", "")).resolve("tiny-models");

  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-F32",
        "llama-F16",
        "llama-BF16",
        "llama-Q8_0",
        "llama3-F16",
        "llama3-Q8_0",
        "qwen2-F16",
        "qwen2-Q8_0",
        "qwen3-F16",
        "qwen3-Q8_0"
      })
  void logits_of_gguf_files_are_those_of_the_reference(String name) throws IOException {
    assumeThat(FOLDER.resolve(name + ".gguf")).as("fixtures").exists();
    try (TrainingModel model = open(FOLDER.resolve(name + ".gguf"))) {
      assertClose(model.logits(TinyModels.text(tokens())), expected(name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-F32", "qwen2-F16", "qwen3-F16"})
  void logits_of_folders_are_those_of_the_reference(String name) throws IOException {
    assumeThat(FOLDER.resolve(name + ".gguf")).as("fixtures").exists();
    Path folder = temporary.resolve(name);
    Files.createDirectories(folder);
    try (TrainingModel model = open(FOLDER.resolve(name + ".gguf"))) {
      writeFolder(model, folder);
    }
    try (TrainingModel model = open(folder)) {
      assertClose(model.logits(TinyModels.text(tokens())), expected(name));
    }
  }

  @Test
  void files_of_few_bits_are_refused() {
    Path file = FOLDER.resolve("llama-Q4_0.gguf");
    assumeThat(file).as("fixtures").exists();
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("llama-Q4_0.gguf: tensor ")
        .hasMessageContaining(" is Q4_0; models of F32, F16, BF16 and Q8_0 are trained");
  }

  private static TrainingModel open(Path model) {
    return TrainingModel.of(
        WeightSources.open(model),
        Method.Adapters.of(LoraOptions.ofRank(4)),
        Compute.cpu(ComputeType.FP32, true),
        1);
  }

  /** As transformers saves it. */
  private static void writeFolder(TrainingModel model, Path folder) throws IOException {
    var a = model.definition().architecture();
    String className =
        switch (a.family()) {
          case "qwen2" -> "Qwen2ForCausalLM";
          case "qwen3" -> "Qwen3ForCausalLM";
          default -> "LlamaForCausalLM";
        };
    double theta = Math.pow(a.rope().angles()[1], -a.headSize() / 2.0);
    Map<String, Object> config =
        Map.ofEntries(
            Map.entry("architectures", List.of(className)),
            Map.entry("vocab_size", model.definition().vocabulary()),
            Map.entry("hidden_size", a.hidden()),
            Map.entry("intermediate_size", a.feedForward()),
            Map.entry("num_hidden_layers", a.layers()),
            Map.entry("num_attention_heads", a.heads()),
            Map.entry("num_key_value_heads", a.keyValueHeads()),
            Map.entry("head_dim", a.headSize()),
            Map.entry("max_position_embeddings", a.trainedContext()),
            Map.entry("rms_norm_eps", a.epsilon()),
            Map.entry("rope_theta", theta),
            Map.entry("tie_word_embeddings", model.definition().tied()));
    Files.write(folder.resolve("config.json"), new JsonMapper().writeValueAsBytes(config));
    try (var _ = new Scope()) {
      var writer = new SafetensorsWriter(Map.of());
      for (Place place : model.definition().places()) {
        Tensor tensor = model.merged(place);
        if (tensor != null) {
          writer.add(
              place.huggingFace(),
              TensorData.safetensorsType(tensor),
              place.shape(),
              out -> TensorData.writeTo(tensor, out));
        }
      }
      writer.writeModel(folder, Long.MAX_VALUE);
    }
  }

  private static int[] tokens() throws IOException {
    JsonNode golden = new JsonMapper().readTree(Files.readAllBytes(FOLDER.resolve("golden.json")));
    return golden.path("tokens").valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  private static float[] expected(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(FOLDER.resolve(name + ".logits.f32"));
    var floats = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  /** Within a ten-thousandth of the largest logit. */
  private static void assertClose(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs(expected[i] - found[i]));
    }
    System.out.println("largest " + largest + " worst " + worst);
    assertThat(worst).isLessThan(1e-4 * largest);
  }
}
