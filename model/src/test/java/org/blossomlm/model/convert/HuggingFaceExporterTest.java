package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.files.DiskSpace;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A GGUF file becomes a folder, and the folder the same GGUF file. */
class HuggingFaceExporterTest {
  @TempDir Path temporary;

  private Path gguf(TinyFolder model, WeightType type) {
    model.tokenizerConfig.put("chat_template", "{{ messages }}");
    model.write();
    return new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(type))
        .convert(model.path, Optional.of(temporary.resolve("one.gguf")), ConversionProgress.NONE)
        .output();
  }

  private static Conversion export(Path gguf, Path folder, ConversionOptions options) {
    return new HuggingFaceExporter(options).export(gguf, folder, ConversionProgress.NONE);
  }

  private static void assertSameModel(Path one, Path other) {
    try (GgufFile a = GgufFile.open(one);
        GgufFile b = GgufFile.open(other)) {
      assertThat(b.tensors().keySet()).containsExactlyInAnyOrderElementsOf(a.tensors().keySet());
      for (Tensor tensor : a.tensors().values()) {
        Tensor again = b.requireTensor(tensor.name());
        assertThat(again.type()).as(tensor.name()).isEqualTo(tensor.type());
        assertThat(again.dimensions()).as(tensor.name()).isEqualTo(tensor.dimensions());
        assertThat(again.data().mismatch(tensor.data())).as(tensor.name()).isEqualTo(-1);
      }
      for (String key : a.metadata().keys()) {
        if (!key.startsWith("general.")) {
          assertThat(b.metadata().value(key)).as(key).isEqualTo(a.metadata().value(key));
        }
      }
    }
  }

  private TinyFolder family(String name) {
    Path path = temporary.resolve("source");
    TinyFolder model =
        switch (name) {
          case "qwen2" -> TinyFolder.qwen2(path);
          case "qwen3" -> TinyFolder.qwen3(path);
          default -> TinyFolder.llama(path);
        };
    if (name.equals("biased")) {
      for (int i = 0; i < 2; i++) {
        model.add("model.layers." + i + ".self_attn.q_proj.bias", 32);
        model.add("model.layers." + i + ".self_attn.k_proj.bias", 16);
        model.add("model.layers." + i + ".self_attn.v_proj.bias", 16);
        model.add("model.layers." + i + ".mlp.up_proj.bias", 48);
      }
    }
    if (name.equals("llama3")) {
      model.config.put("tie_word_embeddings", true);
      model.config.put("rope_theta", 500000.0);
      model.config.put(
          "rope_scaling",
          Map.of(
              "rope_type",
              "llama3",
              "factor",
              32.0,
              "low_freq_factor",
              1.0,
              "high_freq_factor",
              4.0,
              "original_max_position_embeddings",
              8192));
    }
    if (name.equals("yarn")) {
      model.config.put(
          "rope_scaling",
          Map.of(
              "rope_type",
              "yarn",
              "factor",
              4.0,
              "original_max_position_embeddings",
              64,
              "attention_factor",
              0.9,
              "beta_slow",
              2));
    }
    if (name.equals("linear")) {
      model.config.put("rope_scaling", Map.of("rope_type", "linear", "factor", 2.5));
    }
    return model;
  }

  @ParameterizedTest
  @CsvSource({
    "llama, F32", "llama, F16", "llama, BF16", "llama, Q8_0", "biased, F16", "llama3, BF16",
    "yarn, F16", "linear, F16", "qwen2, F16", "qwen2, Q8_0", "qwen3, F32", "qwen3, Q8_0",
  })
  void there_and_back_is_the_same_to_the_bit(String name, WeightType type) throws IOException {
    Path one = gguf(family(name), type);
    Path folder = temporary.resolve("exported");
    export(one, folder, ConversionOptions.DEFAULT.withMaxShardBytes(30_000));
    Path other =
        new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(type))
            .convert(folder, Optional.of(temporary.resolve("two.gguf")), ConversionProgress.NONE)
            .output();
    assertSameModel(one, other);
    // tokenizer.json alone says the same as tokenizer.model.
    Files.delete(folder.resolve("tokenizer.model"));
    new HuggingFaceConverter(ConversionOptions.DEFAULT)
        .convert(folder, Optional.of(temporary.resolve("three.gguf")), ConversionProgress.NONE);
  }

  @Test
  void the_folder_has_what_transformers_reads() {
    TinyFolder model = TinyFolder.qwen2(temporary.resolve("source"));
    model.format = NumberFormat.BF16;
    model.write();
    model.put(
        "generation_config.json",
        Map.of("temperature", 0.7, "top_k", 20, "repetition_penalty", 1.1));
    model.put("README.md", "---\nlicense: mit\nbase_model: Qwen/Qwen1.5-4B\nlanguage: zh\n---\n");
    Path folder = temporary.resolve("exported");
    Conversion done = export(gguf(model), folder, ConversionOptions.DEFAULT);
    assertThat(done.type()).isEqualTo("BF16");
    JsonNode config = json(folder.resolve("config.json"));
    assertThat(config.path("architectures").path(0).stringValue()).isEqualTo("Qwen2ForCausalLM");
    assertThat(config.path("model_type").stringValue()).isEqualTo("qwen2");
    assertThat(config.path("torch_dtype").stringValue()).isEqualTo("bfloat16");
    assertThat(config.path("rms_norm_eps").doubleValue()).isEqualTo(1e-5);
    assertThat(config.path("eos_token_id").intValue()).isEqualTo(2);
    JsonNode generation = json(folder.resolve("generation_config.json"));
    assertThat(generation.path("temperature").floatValue()).isEqualTo(0.7f);
    assertThat(generation.path("top_k").intValue()).isEqualTo(20);
    assertThat(generation.path("do_sample").booleanValue()).isTrue();
    JsonNode tokenizer = json(folder.resolve("tokenizer_config.json"));
    assertThat(tokenizer.path("eos_token").stringValue()).isEqualTo("</s>");
    assertThat(tokenizer.path("add_bos_token").booleanValue()).isTrue();
    FrontMatter card = FrontMatter.of(text(folder.resolve("README.md")));
    assertThat(card.string("license")).contains("mit");
    assertThat(card.strings("base_model")).containsExactly("Qwen/Qwen1.5-4B");
    assertThat(card.strings("language")).containsExactly("zh");
    try (SafetensorsModel weights = SafetensorsModel.open(folder)) {
      assertThat(weights.requireTensor("model.layers.0.self_attn.q_proj.weight").type())
          .isEqualTo(SafetensorsType.BF16);
      assertThat(weights.requireTensor("model.layers.0.self_attn.q_proj.bias").type())
          .isEqualTo(SafetensorsType.F32);
    }
  }

  private Path gguf(TinyFolder model) {
    return new HuggingFaceConverter(ConversionOptions.DEFAULT)
        .convert(model.path, Optional.of(temporary.resolve("one.gguf")), ConversionProgress.NONE)
        .output();
  }

  private static JsonNode json(Path file) {
    return new JsonMapper().readTree(text(file));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void matrices_can_be_made_smaller(WeightType type) {
    Path folder = temporary.resolve("exported");
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.Q8_0);
    assertThat(export(gguf, folder, ConversionOptions.DEFAULT.withType(type)).type())
        .isEqualTo(type.name());
    try (SafetensorsModel weights = SafetensorsModel.open(folder)) {
      assertThat(weights.requireTensor("lm_head.weight").type())
          .isEqualTo(SafetensorsType.valueOf(type.name()));
    }
  }

  private void refused(Path gguf, Path folder, HuggingFaceExporter exporter, String... parts) {
    assertThatThrownBy(() -> exporter.export(gguf, folder, ConversionProgress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(parts);
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left)
          .noneMatch(path ->
              path.toString().contains("partial")
                  || (path.equals(folder) && !Files.isRegularFile(path) && !path.endsWith("full")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void the_folder_must_be_new_or_empty() throws IOException {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    var exporter = new HuggingFaceExporter(ConversionOptions.DEFAULT);
    Path full = Files.createDirectory(temporary.resolve("full"));
    Files.createFile(full.resolve("x"));
    refused(gguf, full, exporter, "is not empty");
    refused(gguf, full.resolve("x"), exporter, "is a file");
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    export(gguf, empty, ConversionOptions.DEFAULT);
    assertThat(empty.resolve("config.json")).exists();
  }

  @Test
  void what_cannot_be_exported_leaves_nothing_behind() throws IOException {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    Path folder = temporary.resolve("exported");
    var exporter = new HuggingFaceExporter(ConversionOptions.DEFAULT);
    refused(
        gguf,
        folder,
        new HuggingFaceExporter(ConversionOptions.DEFAULT, new DiskSpace(path -> 1000)),
        "not enough space");
    refused(temporary.resolve("none.gguf"), folder, exporter, "no such file");
    byte[] bytes = Files.readAllBytes(gguf);
    Path broken = temporary.resolve("broken.gguf");
    Files.write(broken, Arrays.copyOf(bytes, bytes.length - 5000));
    refused(broken, folder, exporter, "broken.gguf");
    try (GgufFile file = GgufFile.open(gguf)) {
      var without = new GgufWriter(file.metadata());
      file.tensors().values().stream()
          .filter(tensor -> !tensor.name().equals("blk.1.ffn_up.weight"))
          .forEach(without::add);
      without.write(broken);
      refused(broken, folder, exporter, "1 tensors are missing: blk.1.ffn_up.weight");
      var other =
          new GgufWriter(file.metadata().toBuilder().put("general.architecture", "phi3").build());
      other.write(broken);
      refused(broken, folder, exporter, "general.architecture is phi3", "llama, qwen2, qwen3");
      var more = new GgufWriter(file.metadata());
      file.tensors().values().forEach(more::add);
      more.add(
          "blk.0.attn_sinks",
          TensorType.F32,
          List.of(1L),
          out -> out.write(ByteBuffer.allocate(4)));
      more.write(broken);
      refused(broken, folder, exporter, "no place in a LlamaForCausalLM: blk.0.attn_sinks");
      var noTokenizer =
          new GgufWriter(file.metadata().toBuilder().remove("tokenizer.ggml.tokens").build());
      file.tensors().values().forEach(noTokenizer::add);
      noTokenizer.write(broken);
      refused(broken, folder, exporter, "tokenizer.ggml.tokens is missing");
    }
  }

  /** A copy of {@code gguf} with other metadata and further tensors. */
  private Path changed(
      Path gguf, UnaryOperator<GgufMetadata.Builder> change, Map<String, Integer> vectors) {
    Path copy = temporary.resolve("changed.gguf");
    try (GgufFile file = GgufFile.open(gguf)) {
      var writer = new GgufWriter(change.apply(file.metadata().toBuilder()).build());
      file.tensors().values().forEach(writer::add);
      vectors.forEach((name, size) ->
          writer.add(
              name,
              TensorType.F32,
              List.of((long) size),
              out -> out.write(ByteBuffer.allocate(4 * size))));
      writer.write(copy);
    }
    return copy;
  }

  @Test
  void hyper_parameters_of_a_damaged_file_are_refused() {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    Map<Map.Entry<String, GgufValue>, String> wrong = new LinkedHashMap<>();
    wrong.put(
        Map.entry("block_count", GgufValue.uint32(1 << 30)),
        "llama.block_count is 1073741824; it must lie between 1 and 1024");
    wrong.put(Map.entry("attention.key_length", GgufValue.uint32(1 << 20)), "do not fit together");
    wrong.put(Map.entry("attention.head_count_kv", GgufValue.uint32(3)), "do not fit together");
    wrong.put(
        Map.entry("rope.freq_base", GgufValue.float32(Float.NaN)),
        "llama.rope.freq_base is NaN; it must be a number above 0");
    wrong.put(
        Map.entry("attention.layer_norm_rms_epsilon", GgufValue.float32(0)),
        "epsilon is 0.0; it must be a number above 0");
    wrong.forEach((entry, message) -> {
      Path damaged =
          changed(
              gguf,
              metadata ->
                  entry.getKey().equals("attention.key_length")
                      ? metadata
                          .put("llama." + entry.getKey(), entry.getValue())
                          .put("llama.rope.dimension_count", entry.getValue())
                      : metadata.put("llama." + entry.getKey(), entry.getValue()),
              Map.of());
      refused(
          damaged,
          temporary.resolve("exported"),
          new HuggingFaceExporter(ConversionOptions.DEFAULT),
          "changed.gguf",
          message);
    });
  }

  @Test
  void scaling_as_older_files_say_it_is_kept() throws IOException {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    Path older =
        changed(
            gguf,
            metadata -> metadata.put("llama.rope.scale_linear", GgufValue.float32(4)),
            Map.of());
    Path folder = temporary.resolve("exported");
    export(older, folder, ConversionOptions.DEFAULT);
    JsonNode config = new JsonMapper().readTree(Files.readAllBytes(folder.resolve("config.json")));
    assertThat(config.path("rope_scaling").path("rope_type").stringValue()).isEqualTo("linear");
    assertThat(config.path("rope_scaling").path("factor").doubleValue()).isEqualTo(4);
  }

  @Test
  void qwen_3_without_a_head_size_shares_the_hidden_size_among_its_heads() throws IOException {
    Path gguf = gguf(TinyFolder.qwen3(temporary.resolve("source"), 8), WeightType.F16);
    Path older =
        changed(
            gguf,
            metadata ->
                metadata
                    .remove("qwen3.attention.key_length")
                    .remove("qwen3.attention.value_length"),
            Map.of());
    Path folder = temporary.resolve("exported");
    export(older, folder, ConversionOptions.DEFAULT);
    // Written out, because transformers would take 128.
    assertThat(json(folder.resolve("config.json")).path("head_dim").intValue()).isEqualTo(8);
  }

  @Test
  void tokens_added_beside_a_tokenizer_model_are_read() throws IOException {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    Path folder = temporary.resolve("exported");
    export(gguf, folder, ConversionOptions.DEFAULT);
    Files.delete(folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<tool>\": 270}");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"added_tokens_decoder\": {\"271\": {\"content\": \"[END]\", \"special\": true}}}");
    Path again =
        new HuggingFaceConverter(ConversionOptions.DEFAULT)
            .convert(folder, Optional.of(temporary.resolve("two.gguf")), ConversionProgress.NONE)
            .output();
    try (GgufFile file = GgufFile.open(again)) {
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow().subList(270, 273))
          .containsExactly("<tool>", "[END]", "[PAD272]");
      assertThat(
              Arrays.copyOfRange(
                  metadata.integers("tokenizer.ggml.token_type").orElseThrow(), 270, 273))
          .containsExactly(4, 3, 5);
      assertThat(metadata.bool("tokenizer.ggml.add_bos_token")).contains(true);
    }
  }

  @Test
  void two_kinds_of_scaling_have_no_place_in_one_configuration() {
    Path gguf = gguf(TinyFolder.llama(temporary.resolve("source")), WeightType.F16);
    Path both =
        changed(
            gguf,
            metadata ->
                metadata
                    .put("llama.rope.scaling.type", "linear")
                    .put("llama.rope.scaling.factor", GgufValue.float32(2)),
            Map.of("rope_freqs.weight", 4));
    refused(
        both,
        temporary.resolve("exported"),
        new HuggingFaceExporter(ConversionOptions.DEFAULT),
        "has both llama.rope.scaling.type linear and a tensor rope_freqs.weight");
  }

  @Test
  void biases_that_transformers_would_drop_are_refused() {
    Path gguf = gguf(TinyFolder.qwen2(temporary.resolve("source")), WeightType.F16);
    Path biased = changed(gguf, metadata -> metadata, Map.of("blk.0.attn_output.bias", 32));
    refused(
        biased,
        temporary.resolve("exported"),
        new HuggingFaceExporter(ConversionOptions.DEFAULT),
        "Qwen2ForCausalLM has no place for 1 biases: blk.0.attn_output.bias");
  }

  @Test
  void the_model_card_is_valid_yaml_whatever_the_names_are() {
    GgufMetadata metadata = GgufMetadata.builder().put("general.name", "a \"b\" \\n c\nd").build();
    assertThat(GeneralMetadata.cardOf(metadata))
        .isEqualTo("---\nmodel_name: \"a  b   n c d\"\n---\n");
  }

  @Test
  void safetensors_have_no_quantised_type() {
    assertThatThrownBy(
            () -> new HuggingFaceExporter(ConversionOptions.DEFAULT.withType(WeightType.Q8_0)))
        .hasMessageContaining("allowed are auto, f32, f16 and bf16");
  }
}
