package org.blossomlm.train.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.convert.WeightType;
import org.blossomlm.model.safetensors.SafetensorsFile;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.Compute;
import org.blossomlm.train.nn.LoraOptions;
import org.blossomlm.train.nn.Method;
import org.blossomlm.train.nn.TinyModels;
import org.blossomlm.train.nn.TinyModels.Kind;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.nn.WeightSources;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdapterFolderTest {
  private static final Compute FP32 = Compute.cpu(ComputeType.FP32, true);
  private static final MicroBatch TEXT = TinyModels.text(new int[] {1, 9, 30, 7, 7, 41, 12, 3});

  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  /** A base of bfloat16 weights in a folder. */
  private Path base(Kind kind) throws IOException {
    Path folder = temporary.resolve("base");
    Files.createDirectories(folder);
    Files.copy(
        TinyModels.folder(temporary, kind).resolve("config.json"), folder.resolve("config.json"));
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    try (TrainingModel model = TinyModels.model(temporary, kind, new Method.Full(), FP32);
        var _ = new Scope()) {
      var writer = new SafetensorsWriter(Map.of());
      for (Place place : model.definition().places()) {
        Tensor tensor = model.merged(place);
        if (tensor != null) {
          writer.add(
              place.huggingFace(),
              SafetensorsType.BF16,
              place.shape(),
              out -> TensorData.writeTo(tensor.to(ScalarType.BFloat16), out));
        }
      }
      writer.writeModel(folder, Long.MAX_VALUE);
    }
    return folder;
  }

  private static TrainingModel open(Path base, Method method) {
    return TrainingModel.of(WeightSources.open(base), method, FP32, 1);
  }

  private static Method.Adapters adapters(boolean quantized, boolean decomposed, String... whole) {
    return new Method.Adapters(
        new LoraOptions(3, 5, 0.1, Set.copyOf(LoraOptions.LINEARS), true, decomposed),
        quantized,
        Set.of(whole));
  }

  @Test
  void files_are_named_as_peft_names_them() throws IOException {
    Path folder = temporary.resolve("adapter");
    try (TrainingModel model = open(base(Kind.LLAMA), adapters(true, true, "lm_head"))) {
      AdapterFolder.write(model, "some/base", folder);
    }
    JsonNode config =
        new JsonMapper().readTree(Files.readAllBytes(folder.resolve("adapter_config.json")));
    assertThat(config.path("peft_type").asString()).isEqualTo("LORA");
    assertThat(config.path("base_model_name_or_path").asString()).isEqualTo("some/base");
    assertThat(config.path("r").intValue()).isEqualTo(3);
    assertThat(config.path("lora_alpha").doubleValue()).isEqualTo(5);
    assertThat(config.path("use_rslora").booleanValue()).isTrue();
    assertThat(config.path("use_dora").booleanValue()).isTrue();
    assertThat(config.path("modules_to_save").path(0).asString()).isEqualTo("lm_head");
    assertThat(config.path("target_modules").size()).isEqualTo(7);
    try (var file = SafetensorsFile.open(folder.resolve("adapter_model.safetensors"))) {
      String layer = "base_model.model.model.layers.1.";
      assertThat(file.tensors().keySet())
          .contains(
              layer + "self_attn.q_proj.lora_A.weight",
              layer + "mlp.down_proj.lora_B.weight",
              layer + "mlp.down_proj.lora_magnitude_vector",
              "base_model.model.lm_head.weight")
          .hasSize(2 * 7 * 3 + 1);
      assertThat(file.requireTensor(layer + "mlp.down_proj.lora_A.weight").shape())
          .containsExactly(3L, 40L);
    }
    assertThat(AdapterFolder.method(folder)).isEqualTo(adapters(true, true, "lm_head"));
  }

  @ParameterizedTest
  @CsvSource({
    "LLAMA, false, false, lm_head",
    "LLAMA, true, false, embed_tokens",
    "LLAMA_TIED, false, true, embed_tokens",
    "QWEN2_BIASES, true, true, embed_tokens",
    "QWEN3_HEAD_NORMS, true, false, lm_head"
  })
  void an_adapter_read_again_and_a_merged_model_compute_the_same(
      Kind kind, boolean quantized, boolean decomposed, String whole) throws IOException {
    Path base = base(kind);
    Path adapter = temporary.resolve("adapter");
    Path merged = temporary.resolve("merged");
    float[] trained;
    float[] untrained;
    try (TrainingModel model = open(base, adapters(quantized, decomposed, whole))) {
      untrained = model.logits(TEXT);
      TinyModels.nudge(model);
      trained = model.logits(TEXT);
      AdapterFolder.write(model, base.toString(), adapter);
      MergedFolder.write(model, base, Optional.of(SafetensorsType.F32), merged);
    }
    assertThat(trained).isNotEqualTo(untrained);
    try (TrainingModel again = open(base, AdapterFolder.method(adapter))) {
      AdapterFolder.read(adapter, again);
      assertThat(again.logits(TEXT)).isEqualTo(trained);
    }
    try (TrainingModel plain = open(merged, new Method.Full());
        SafetensorsModel files = SafetensorsModel.open(merged)) {
      assertThat(plain.logits(TEXT)).containsExactly(trained, within(5e-5f));
      assertThat(files.tensors().containsKey("lm_head.weight"))
          .isEqualTo(!plain.definition().tied());
    }
    assertThat(merged.resolve("tokenizer.json")).hasContent("{}");
  }

  @Test
  void matrices_keep_the_format_of_the_base_unless_it_was_held_in_four_bits() throws IOException {
    Path base = base(Kind.LLAMA);
    for (boolean quantized : new boolean[] {false, true}) {
      Path merged = temporary.resolve("merged-" + quantized);
      try (TrainingModel model = open(base, adapters(quantized, false))) {
        MergedFolder.write(model, base, Optional.empty(), merged);
      }
      SafetensorsType expected = quantized ? SafetensorsType.F32 : SafetensorsType.BF16;
      try (SafetensorsModel files = SafetensorsModel.open(merged)) {
        assertThat(files.requireTensor("model.layers.0.mlp.up_proj.weight").type())
            .isEqualTo(expected);
        assertThat(files.requireTensor("model.embed_tokens.weight").type())
            .isEqualTo(SafetensorsType.BF16);
      }
      assertThat(Files.readString(merged.resolve("config.json")))
          .contains(quantized ? "\"float32\"" : "\"bfloat16\"");
    }
  }

  @Test
  void adapters_of_another_base_are_refused() throws IOException {
    Path folder = temporary.resolve("adapter");
    Path base = base(Kind.LLAMA);
    try (TrainingModel model = open(base, adapters(false, false))) {
      AdapterFolder.write(model, "", folder);
    }
    try (TrainingModel other = open(base, adapters(false, true))) {
      assertThatThrownBy(() -> AdapterFolder.read(folder, other))
          .isInstanceOf(TrainException.class)
          .hasMessageContaining("has no tensor base_model.model.model.layers.0.");
    }
    try (TrainingModel other = open(base, Method.Adapters.of(LoraOptions.ofRank(4)))) {
      assertThatThrownBy(() -> AdapterFolder.read(folder, other))
          .hasMessageContaining("has the shape [3, 24], which is not that of this base");
    }
  }

  /** From a GGUF file through adapters, a folder and back into a GGUF file. */
  @Test
  void a_merged_gguf_model_converts_back_and_computes_the_same() {
    Path base =
        Path.of(System.getProperty("blossom.fixtures", ""))
            .resolve("stories260k")
            .resolve("stories260k-f32.gguf");
    assumeThat(base).as("fixtures").exists();
    MicroBatch text = TinyModels.text(new Random(2).ints(40, 3, 512).toArray());
    Path merged = temporary.resolve("merged");
    Path gguf = temporary.resolve("merged.gguf");
    float[] trained;
    try (TrainingModel model = open(base, adapters(false, false))) {
      TinyModels.nudge(model);
      trained = model.logits(text);
      MergedFolder.write(model, base, Optional.empty(), merged);
    }
    new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(WeightType.F32))
        .convert(merged, Optional.of(gguf), (_, _, _) -> {});
    float scale = 0;
    for (float logit : trained) {
      scale = Math.max(scale, Math.abs(logit));
    }
    for (Path path : new Path[] {merged, gguf}) {
      try (TrainingModel model = open(path, new Method.Full())) {
        assertThat(model.logits(text)).containsExactly(trained, within(1e-4f * scale));
      }
    }
  }
}
