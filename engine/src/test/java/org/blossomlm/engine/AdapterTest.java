package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.adapter.AdapterException;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.ConversionProgress;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.convert.WeightType;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model with an adapter computes what a model does whose matrices were changed. The reference is
 * computed in double precision, in the names and the order of rows of transformers.
 */
class AdapterTest {
  private static final int RANK = 5;
  private static final double ALPHA = 7;

  @TempDir Path folder;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
  private final Map<String, Object> config = new LinkedHashMap<>();

  AdapterTest() {
    config.put("peft_type", "LORA");
    config.put("r", RANK);
    config.put("lora_alpha", ALPHA);
    config.put("bias", "none");
  }

  private static TransformersModel model(String className, boolean biases, boolean tied) {
    return new TransformersModel(className, 16, 10_000, Map.of(), biases, tied, 3);
  }

  private void put(String name, float[] numbers, long... shape) {
    tensors.put(name, numbers);
    shapes.put(name, java.util.Arrays.stream(shape).boxed().toList());
  }

  private static float[] random(SplittableRandom random, long count, double deviation) {
    var numbers = new float[Math.toIntExact(count)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian(0, deviation);
    }
    return numbers;
  }

  /** Writes changes of all matrices of layers, and makes them in the reference itself. */
  private void change(TransformersModel model, double scale, boolean magnitudes) {
    var random = new SplittableRandom(11);
    model
        .linears()
        .forEach((module, shape) -> {
          int rows = Math.toIntExact(shape.getFirst());
          int columns = Math.toIntExact(shape.getLast());
          float[] a = random(random, (long) RANK * columns, 0.12);
          float[] b = random(random, (long) rows * RANK, 0.12);
          put("base_model.model." + module + ".lora_A.weight", a, RANK, columns);
          put("base_model.model." + module + ".lora_B.weight", b, rows, RANK);
          float[] magnitude = random(random, rows, 0.3);
          if (magnitudes) {
            put("base_model.model." + module + ".lora_magnitude_vector", magnitude, rows);
          }
          float[] weights = model.weights(module);
          for (int row = 0; row < rows; row++) {
            double squares = 0;
            for (int c = 0; c < columns; c++) {
              double sum = weights[row * columns + c];
              for (int i = 0; i < RANK; i++) {
                sum += scale * b[row * RANK + i] * a[i * columns + c];
              }
              weights[row * columns + c] = (float) sum;
              squares += sum * sum;
            }
            if (magnitudes) {
              for (int c = 0; c < columns; c++) {
                weights[row * columns + c] *= (float) (magnitude[row] / Math.sqrt(squares));
              }
            }
          }
        });
  }

  private Path saveAdapter() {
    Path target = folder.resolve("adapter");
    try {
      Files.createDirectories(target);
      Files.writeString(
          target.resolve("adapter_config.json"), new JsonMapper().writeValueAsString(config));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    var writer = new SafetensorsWriter(Map.of("format", "pt"));
    tensors.forEach((name, numbers) -> {
      ByteBuffer bytes =
          ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(numbers);
      writer.add(
          name,
          SafetensorsType.F32,
          shapes.getOrDefault(name, List.of()),
          out -> out.write(bytes.duplicate()));
    });
    writer.write(target.resolve("adapter_model.safetensors"));
    return target;
  }

  private Path convert(TransformersModel model) {
    return new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(WeightType.F32))
        .convert(
            model.save(folder.resolve("base")),
            Optional.of(folder.resolve("base.gguf")),
            ConversionProgress.NONE)
        .output();
  }

  private static float[][] logits(
      Path gguf, Path adapter, String kernels, int[] tokens, int chunk) {
    try (var loaded =
        new LoadedDecoder(
            gguf,
            KernelProvider.choose(Optional.of(kernels)).kernels(),
            2,
            KvType.F16,
            1 << 30,
            true,
            Optional.of(adapter))) {
      return loaded.logits(tokens, chunk);
    }
  }

  private static void assertClose(double[][] expected, float[][] found) {
    double largest = 0;
    double worst = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        largest = Math.max(largest, Math.abs(expected[t][i]));
        worst = Math.max(worst, Math.abs(expected[t][i] - found[t][i]));
      }
    }
    assertThat(worst / largest).as("largest error over largest logit").isLessThan(1e-3);
  }

  private static int[] tokens() {
    return new SplittableRandom(5).ints(24, 0, TransformersModel.VOCABULARY).toArray();
  }

  static Stream<String> kernels() {
    return Stream.of("scalar", "vector", "native")
        .filter(name -> name.equals("scalar") || isHere(name));
  }

  private static boolean isHere(String kernels) {
    try {
      return !KernelProvider.choose(Optional.of(kernels)).kernels().name().isEmpty();
    } catch (RuntimeException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LlamaForCausalLM, false, false, false",
    "LlamaForCausalLM, true, true, true",
    "Qwen2ForCausalLM, true, false, true",
    "Qwen2ForCausalLM, true, true, false",
    "Qwen3ForCausalLM, false, false, false",
    "Qwen3ForCausalLM, false, true, true",
  })
  void all_matrices_are_changed(
      String className, boolean biases, boolean rankStabilized, boolean magnitudes) {
    TransformersModel model = model(className, biases, false);
    Path gguf = convert(model);
    config.put("use_rslora", rankStabilized);
    config.put("use_dora", magnitudes);
    change(model, ALPHA / (rankStabilized ? Math.sqrt(RANK) : RANK), magnitudes);
    double[][] expected = model.logits(tokens());
    assertClose(expected, logits(gguf, saveAdapter(), "scalar", tokens(), 16));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void kernels_agree_and_chunks_change_no_bit(String kernels) {
    TransformersModel model = model("LlamaForCausalLM", false, false);
    Path gguf = convert(model);
    change(model, ALPHA / RANK, false);
    Path adapter = saveAdapter();
    float[][] whole = logits(gguf, adapter, kernels, tokens(), 24);
    assertClose(model.logits(tokens()), whole);
    assertThat(logits(gguf, adapter, kernels, tokens(), 5)).isDeepEqualTo(whole);
  }

  @Test
  void an_alpha_pattern_is_for_the_ends_of_names() {
    TransformersModel model = model("Qwen2ForCausalLM", true, false);
    Path gguf = convert(model);
    var random = new SplittableRandom(2);
    String module = "model.layers.1.mlp.up_proj";
    float[] a = random(random, RANK * 64L, 0.2);
    float[] b = random(random, 96L * RANK, 0.2);
    put("base_model.model." + module + ".lora_A.default.weight", a, RANK, 64);
    put("base_model.model." + module + ".lora_B.default.weight", b, 96, RANK);
    config.put("alpha_pattern", Map.of("layers.0.mlp.up_proj", 1, "1.mlp.up_proj", 20));
    float[] weights = model.weights(module);
    for (int row = 0; row < 96; row++) {
      for (int c = 0; c < 64; c++) {
        for (int i = 0; i < RANK; i++) {
          weights[row * 64 + c] += (float) (20.0 / RANK * b[row * RANK + i] * a[i * 64 + c]);
        }
      }
    }
    assertClose(model.logits(tokens()), logits(gguf, saveAdapter(), "scalar", tokens(), 24));
  }

  @ParameterizedTest
  @CsvSource({"false, true, true", "true, true, false", "true, false, true", "true, true, true"})
  void whole_tensors_take_the_places_of_the_base_s(boolean tied, boolean embedding, boolean head) {
    TransformersModel model = model("LlamaForCausalLM", false, tied);
    Path gguf = convert(model);
    TransformersModel untied = model("LlamaForCausalLM", false, false);
    var random = new SplittableRandom(9);
    float[] base = model.weights("model.embed_tokens").clone();
    float[] mine = random(random, base.length, 1);
    float[] output = random(random, base.length, 0.25);
    int size = base.length;
    if (embedding) {
      put("base_model.model.model.embed_tokens.weight", mine, size / 64, 64);
    }
    if (head) {
      put("base_model.model.lm_head.weight", output, size / 64, 64);
    }
    // Once one of two tied matrices is trained, they are no longer tied.
    System.arraycopy(embedding ? mine : base, 0, untied.weights("model.embed_tokens"), 0, size);
    System.arraycopy(head ? output : base, 0, untied.weights("lm_head"), 0, size);
    assertClose(untied.logits(tokens()), logits(gguf, saveAdapter(), "scalar", tokens(), 24));
  }

  @Test
  void an_adapter_of_another_model_is_refused() {
    Path gguf = convert(model("LlamaForCausalLM", false, false));
    put("base_model.model.model.layers.0.mlp.up_proj.lora_A.weight", new float[RANK * 8], RANK, 8);
    put("base_model.model.model.layers.0.mlp.up_proj.lora_B.weight", new float[8 * RANK], 8, RANK);
    Path adapter = saveAdapter();
    assertThatThrownBy(() -> logits(gguf, adapter, "scalar", tokens(), 24))
        .isInstanceOf(AdapterException.class)
        .hasMessage(
            adapter
                + ": model.layers.0.mlp.up_proj changes a matrix of 8 rows and 8 columns; the"
                + " model's has 96 and 64");
  }

  @Test
  void a_layer_that_the_model_has_not_is_refused() {
    Path gguf = convert(model("LlamaForCausalLM", false, false));
    put("base_model.model.model.layers.7.mlp.up_proj.lora_A.weight", new float[RANK * 8], RANK, 8);
    put("base_model.model.model.layers.7.mlp.up_proj.lora_B.weight", new float[8 * RANK], 8, RANK);
    Path adapter = saveAdapter();
    assertThatThrownBy(() -> logits(gguf, adapter, "scalar", tokens(), 24))
        .isInstanceOf(AdapterException.class)
        .hasMessageEndingWith(
            "model.layers.7.mlp.up_proj changes blk.7.ffn_up.weight, which the model has not");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type | IA3 | peft_type is IA3; only LORA is supported",
        "bias | all | bias is not supported but for its default, none",
        "r | 0 | r is 0; it must be a whole number of at least 1",
        "use_dora | true | has no lora_magnitude_vector, but use_dora is true",
      })
  void what_is_not_supported_is_refused(String key, String value, String message)
      throws IOException {
    Path gguf = convert(model("LlamaForCausalLM", false, false));
    put(
        "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight",
        new float[RANK * 64],
        RANK,
        64);
    put(
        "base_model.model.model.layers.0.mlp.up_proj.lora_B.weight",
        new float[96 * RANK],
        96,
        RANK);
    config.put(
        key,
        value.equals("true")
            ? Boolean.TRUE
            : value.equals("0") ? (Object) Integer.valueOf(0) : value);
    Path adapter = saveAdapter();
    assertThatThrownBy(() -> logits(gguf, adapter, "scalar", tokens(), 24))
        .isInstanceOf(AdapterException.class)
        .hasMessageContaining(message);
    Files.delete(adapter.resolve("adapter_config.json"));
    assertThatThrownBy(() -> logits(gguf, adapter, "scalar", tokens(), 24))
        .isInstanceOf(AdapterException.class)
        .hasMessageContaining("there is no such file");
  }
}
