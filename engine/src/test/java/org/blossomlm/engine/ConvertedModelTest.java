package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.ConversionProgress;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.convert.HuggingFaceExporter;
import org.blossomlm.model.convert.WeightType;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tensor.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A converted model computes what its source does. */
class ConvertedModelTest {
  private static final Map<String, Object> LLAMA3 =
      Map.of(
          "rope_type",
          "llama3",
          "factor",
          8.0,
          "low_freq_factor",
          1.0,
          "high_freq_factor",
          4.0,
          "original_max_position_embeddings",
          64);

  private static final Map<String, Object> YARN =
      Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 128);

  private static final Map<String, Object> TUNED_YARN =
      Map.of(
          "rope_type",
          "yarn",
          "factor",
          4.0,
          "original_max_position_embeddings",
          128,
          "attention_factor",
          0.8,
          "beta_fast",
          8,
          "beta_slow",
          2);

  /** Every way in which the families differ. */
  enum Kind {
    LLAMA("LlamaForCausalLM", 16, 10_000, Map.of(), false, false),
    LLAMA_BIASED("LlamaForCausalLM", 16, 10_000, Map.of(), true, false),
    LLAMA_TIED_LINEAR(
        "LlamaForCausalLM", 16, 10_000, Map.of("rope_type", "linear", "factor", 3.0), false, true),
    LLAMA_3("LlamaForCausalLM", 16, 500_000, LLAMA3, false, false),
    LLAMA_YARN("LlamaForCausalLM", 16, 10_000, YARN, false, false),
    MISTRAL_WIDE_HEADS("MistralForCausalLM", 24, 1_000_000, Map.of(), false, false),
    QWEN_2("Qwen2ForCausalLM", 16, 1_000_000, Map.of(), true, false),
    QWEN_2_TUNED_YARN("Qwen2ForCausalLM", 16, 1_000_000, TUNED_YARN, true, false),
    QWEN_3("Qwen3ForCausalLM", 32, 1_000_000, Map.of(), false, false),
    QWEN_3_TIED("Qwen3ForCausalLM", 32, 1_000_000, YARN, false, true);

    private final String className;
    private final int headSize;
    private final double theta;
    private final Map<String, Object> scaling;
    private final boolean biases;
    private final boolean tied;

    Kind(
        String className,
        int headSize,
        double theta,
        Map<String, Object> scaling,
        boolean biases,
        boolean tied) {
      this.className = className;
      this.headSize = headSize;
      this.theta = theta;
      this.scaling = scaling;
      this.biases = biases;
      this.tied = tied;
    }

    @SuppressWarnings("EnumOrdinal") // A seed of its own for each.
    TransformersModel model() {
      return new TransformersModel(
          className, headSize, theta, scaling, biases, tied, 100 + ordinal());
    }
  }

  @TempDir Path temporary;

  private static Path convert(Path folder, Path target, WeightType type) {
    return new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(type))
        .convert(folder, Optional.of(target), ConversionProgress.NONE)
        .output();
  }

  private static float[][] logits(Path gguf, int[] tokens) {
    var kernels = KernelProvider.choose(Optional.of("scalar")).kernels();
    try (var loaded = new LoadedDecoder(gguf, kernels, 2, false)) {
      return loaded.logits(tokens, 16);
    }
  }

  @ParameterizedTest
  @EnumSource
  void logits_are_those_of_the_transformers_definition(Kind kind) {
    TransformersModel model = kind.model();
    Path gguf =
        convert(model.save(temporary.resolve("hf")), temporary.resolve("m.gguf"), WeightType.F32);
    var random = new SplittableRandom(5);
    int[] tokens = random.ints(40, 0, TransformersModel.VOCABULARY).toArray();
    double[][] expected = model.logits(tokens);
    float[][] found = logits(gguf, tokens);
    double largest = 0;
    double worst = 0;
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        largest = Math.max(largest, Math.abs(expected[t][i]));
        worst = Math.max(worst, Math.abs(expected[t][i] - found[t][i]));
      }
    }
    assertThat(worst / largest).as("largest error over largest logit").isLessThan(1e-3);
  }

  @ParameterizedTest
  @CsvSource({
    "llama-F32, F32",
    "llama-F16, F16",
    "llama-BF16, BF16",
    "llama-Q8_0, Q8_0",
    "llama3-F16, F16",
    "llama3-Q8_0, Q8_0",
    "qwen2-F16, F16",
    "qwen2-Q8_0, Q8_0",
    "qwen3-F16, F16",
    "qwen3-Q8_0, Q8_0",
  })
  void a_fixture_comes_back_to_the_bit_and_computes_the_same(String name, WeightType type)
      throws IOException {
    Path source = Fixtures.path("tiny-models/" + name + ".gguf");
    Path folder = temporary.resolve("hf");
    new HuggingFaceExporter(ConversionOptions.DEFAULT.withMaxShardBytes(500_000))
        .export(source, folder, ConversionProgress.NONE);
    Path back = convert(folder, temporary.resolve("back.gguf"), type);
    try (GgufFile before = GgufFile.open(source);
        GgufFile after = GgufFile.open(back)) {
      assertThat(after.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(before.tensors().keySet());
      for (Tensor tensor : before.tensors().values()) {
        Tensor again = after.requireTensor(tensor.name());
        assertThat(again.type()).as(tensor.name()).isEqualTo(tensor.type());
        assertThat(again.dimensions()).as(tensor.name()).isEqualTo(tensor.dimensions());
        assertThat(again.data().mismatch(tensor.data())).as(tensor.name()).isEqualTo(-1);
      }
    }
    // As F32 from the folder, so that other bytes than those of the source are computed with.
    Path wide = convert(folder, temporary.resolve("wide.gguf"), WeightType.F32);
    JsonNode golden = JsonMapper.shared().readTree(Fixtures.path("tiny-models/golden.json"));
    int[] tokens = golden.get("tokens").valueStream().mapToInt(JsonNode::asInt).toArray();
    float[][] found = logits(wide, tokens);
    FloatBuffer expected = expectedLogits(name);
    float largest = 0;
    float worst = 0;
    for (int i = 0; i < expected.remaining(); i++) {
      float value = found[i / found[0].length][i % found[0].length];
      largest = Math.max(largest, Math.abs(expected.get(i)));
      worst = Math.max(worst, Math.abs(value - expected.get(i)));
    }
    assertThat(worst / largest).isLessThan(1e-3f);
  }

  private static FloatBuffer expectedLogits(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(Fixtures.path("tiny-models/" + name + ".logits.f32"));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "Q8_0"})
  void a_trained_model_still_tells_its_story(WeightType type) throws IOException {
    Path source = Fixtures.path("stories260k/stories260k-f32.gguf");
    Path folder = temporary.resolve("hf");
    new HuggingFaceExporter(ConversionOptions.DEFAULT)
        .export(source, folder, ConversionProgress.NONE);
    // The file says 128; the model was trained with 512.
    LoadOptions options = LoadOptions.DEFAULT.withContextLength(512);
    Path gguf = convert(folder, temporary.resolve("stories.gguf"), type);
    try (LanguageModel model = LanguageModel.load(gguf, options);
        Session session = model.newSession()) {
      int[] bos = {model.tokenizer().bos().orElseThrow()};
      GenerationOptions greedy =
          GenerationOptions.DEFAULT.toBuilder()
              .sampling(SamplingOptions.DEFAULT.toBuilder().temperature(0).build())
              .maxTokens(200)
              .build();
      String expected =
          Files.readString(Fixtures.path("stories260k/expected-greedy-200-tokens.txt"));
      // Rounding to 8 bits may change a word later on.
      int same = type == WeightType.F32 ? expected.length() : 60;
      assertThat(session.generate(bos, greedy, GenerationListener.NONE).text())
          .startsWith(expected.substring(0, same));
    }
  }
}
