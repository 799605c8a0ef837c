package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.files.DiskSpace;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be converted is one clear error, and leaves nothing behind. */
class UnusableFolderTest {
  @TempDir Path temporary;
  private TinyFolder model = TinyFolder.llama(Path.of(""));

  @BeforeEach
  void aModel() {
    model = TinyFolder.llama(temporary.resolve("model"));
  }

  private Set<Path> everything() {
    try (Stream<Path> all = Files.walk(temporary)) {
      return new HashSet<>(all.toList());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void refused(String... parts) {
    refused(new HuggingFaceConverter(ConversionOptions.DEFAULT), parts);
  }

  private void refused(HuggingFaceConverter converter, String... parts) {
    Set<Path> before = everything();
    assertThatThrownBy(
            () -> converter.convert(model.path, Optional.empty(), ConversionProgress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
    assertThat(everything()).isEqualTo(before);
    assertThat(MappedFile.mappedPaths()).noneMatch(path -> path.startsWith(temporary));
  }

  private void withConfig(String key, Object value) {
    model.config.put(key, value);
    model.put("config.json", model.config);
  }

  @Test
  void an_unsupported_architecture_says_which_are() {
    model.write();
    withConfig("architectures", List.of("GemmaForCausalLM"));
    refused("GemmaForCausalLM", "LlamaForCausalLM", "MistralForCausalLM", "Qwen2", "Qwen3");
    withConfig("architectures", List.of());
    refused("architectures is missing", "LlamaForCausalLM");
  }

  @Test
  void a_folder_must_be_there_and_have_a_configuration() throws IOException {
    refused("is not a folder");
    Files.createDirectory(model.path);
    refused("config.json", "there is no such file");
    model.put("config.json", "{\"architectures\":");
    refused("config.json", "is not valid JSON");
    model.put("config.json", "[]");
    refused("must be a JSON object");
  }

  @Test
  void values_of_the_configuration_must_fit() {
    model.write();
    Map<String, Object> original = new LinkedHashMap<>(model.config);
    Map<Map.Entry<String, Object>, String> wrong = new LinkedHashMap<>();
    wrong.put(Map.entry("hidden_size", "32"), "hidden_size is \"32\"; it must be a whole number");
    wrong.put(Map.entry("hidden_size", 0), "hidden_size is 0");
    wrong.put(Map.entry("hidden_size", 30), "must be a multiple of num_attention_heads");
    wrong.put(Map.entry("num_key_value_heads", 3), "must divide num_attention_heads");
    wrong.put(Map.entry("head_dim", 7), "needs an even one");
    wrong.put(Map.entry("head_dim", 1 << 20), "are wider than 1048576");
    wrong.put(Map.entry("hidden_act", "gelu"), "hidden_act is \"gelu\"; it must be silu");
    wrong.put(Map.entry("rms_norm_eps", -1), "rms_norm_eps is -1; it must be a number above 0");
    wrong.put(Map.entry("partial_rotary_factor", 0.5), "partial_rotary_factor is 0.5");
    wrong.put(Map.entry("tie_word_embeddings", "no"), "must be true or false");
    wrong.put(Map.entry("quantization_config", Map.of("quant_method", "gptq")), "quantised (gptq)");
    wrong.put(
        Map.entry("rope_scaling", Map.of("type", "longrope")), "one of default, linear, llama3");
    wrong.put(
        Map.entry("rope_scaling", Map.of("type", "linear")), "rope_scaling.factor is missing");
    wrong.put(
        Map.entry("rope_scaling", Map.of("type", "yarn", "factor", 2, "mscale", 1)),
        "rope_scaling.mscale is set");
    original.put("rope_scaling", Map.of("type", "llama3"));
    wrong.put(
        Map.entry("gguf_rope_divisors", List.of("x")),
        "gguf_rope_divisors is [\"x\"]; it must be a list of numbers");
    wrong.forEach((entry, message) -> {
      model.put("config.json", merged(original, entry));
      refused("config.json", message);
    });
    original.remove("num_hidden_layers");
    model.put("config.json", original);
    refused("num_hidden_layers is missing");
  }

  private static Map<String, Object> merged(
      Map<String, Object> map, Map.Entry<String, Object> entry) {
    Map<String, Object> merged = new LinkedHashMap<>(map);
    merged.put(entry.getKey(), entry.getValue());
    return merged;
  }

  @Test
  void missing_tensors_are_named() {
    model.tensors.remove("model.layers.1.mlp.up_proj.weight");
    model.write();
    refused("1 tensors are missing: model.layers.1.mlp.up_proj.weight");
    withConfig("num_hidden_layers", 4);
    refused("tensors are missing", "model.layers.2.input_layernorm.weight", "and", "more");
  }

  @Test
  void a_missing_output_may_have_been_meant_to_be_tied() {
    model.tensors.remove("lm_head.weight");
    model.write();
    refused("lm_head.weight", "set tie_word_embeddings");
  }

  @Test
  void tensors_without_a_place_are_named() {
    model.add("model.layers.0.self_attn.k_norm.weight", 8);
    model.write();
    refused("1 tensors have no place in a llama model of 2 layers", "k_norm");
    model.config.put("num_hidden_layers", 1);
    model.put("config.json", model.config);
    refused("no place in a llama model of 1 layers", "model.layers.1.");
  }

  @Test
  void shapes_must_agree_with_the_configuration() {
    model.write();
    withConfig("vocab_size", 300);
    refused("model.embed_tokens.weight has the shape [280, 32]", "asks for [300, 32]");
    withConfig("vocab_size", 280);
    withConfig("num_key_value_heads", 4);
    refused("k_proj.weight has the shape [16, 32]", "asks for [32, 32]");
  }

  @Test
  void only_floating_point_numbers_are_weights() throws IOException {
    model.write();
    Path file = model.path.resolve(SafetensorsModel.FILE);
    byte[] bytes = Files.readAllBytes(file);
    byte[] name = "lm_head.weight\":{\"dtype\":\"F32".getBytes(StandardCharsets.UTF_8);
    int at = indexOf(bytes, name) + name.length - 3;
    for (String type : List.of("I32", "U32")) {
      System.arraycopy(type.getBytes(StandardCharsets.UTF_8), 0, bytes, at, 3);
      Files.write(file, bytes);
      refused("lm_head.weight has the type " + type, "F32, F16, BF16 or F64");
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  @Test
  void truncated_and_missing_shards_are_named() throws IOException {
    model.maxShardBytes = 20_000;
    model.write();
    Set<Path> shards = new TreeSet<>();
    try (var listed = Files.newDirectoryStream(model.path, "model-*")) {
      listed.forEach(shards::add);
    }
    Path last = List.copyOf(shards).getLast();
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, Arrays.copyOf(bytes, bytes.length - 10));
    refused(last.toString(), "cut off");
    Files.delete(last);
    refused("model.safetensors.index.json", last.getFileName().toString(), "not there");
  }

  @Test
  void pickles_are_refused_with_the_reason_and_the_way_on() throws IOException {
    model.write();
    Files.move(model.path.resolve(SafetensorsModel.FILE), model.path.resolve("pytorch_model.bin"));
    refused("pytorch_model.bin", "can run any code", "save_pretrained");
  }

  @Test
  void a_tokenizer_is_needed() throws IOException {
    model.write();
    Files.delete(model.path.resolve("tokenizer.json"));
    refused("no tokenizer.json and no tokenizer.model", "save_pretrained");
    Files.write(model.path.resolve("tokenizer.model"), new byte[] {1, 2, 3});
    refused("tokenizer.model", "no SentencePiece model", "no tokenizer.json");
  }

  @Test
  void a_tokenizer_of_an_unknown_kind_is_refused() {
    model.write();
    Map<String, Object> unigram = new LinkedHashMap<>(model.tokenizer);
    unigram.put("model", Map.of("type", "Unigram", "vocab", List.of()));
    model.put("tokenizer.json", unigram);
    refused("model.type", "Unigram", "not supported");
  }

  @Test
  void a_pre_tokenizer_without_a_name_in_gguf_is_refused_with_its_fingerprint() {
    model.tokenizer.put(
        "pre_tokenizer",
        Map.of(
            "type",
            "Sequence",
            "pretokenizers",
            List.of(
                Map.of("type", "Split", "pattern", Map.of("String", "q"), "behavior", "Isolated"),
                Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", false))));
    model.tokenizer.remove("normalizer");
    model.write();
    refused("pre_tokenizer is none that GGUF has a name for (fingerprint ", "qwen2", "llama-bpe");
  }

  @Test
  void a_tokenizer_that_gguf_cannot_hold_is_found_by_trying() {
    // No merge makes "llo", but in GGUF every piece of the vocabulary is made of its parts.
    Map<String, Object> json = new LinkedHashMap<>(model.tokenizer);
    @SuppressWarnings("unchecked")
    Map<String, Object> bpe = new LinkedHashMap<>((Map<String, Object>) json.get("model"));
    bpe.put("merges", List.of("l l", "h e", "he llo", "▁ hello"));
    json.put("model", bpe);
    model.write();
    model.put("tokenizer.json", json);
    refused("tokenizer.json", "GGUF cannot hold this tokenizer", "would have the ids");
  }

  @Test
  void a_tokenizer_of_another_model_is_refused() {
    model.write();
    model.put("config.json", merged(model.config, Map.entry("vocab_size", 280)));
    @SuppressWarnings("unchecked")
    Map<String, Object> bpe =
        new LinkedHashMap<>((Map<String, Object>) model.tokenizer.get("model"));
    @SuppressWarnings("unchecked")
    Map<String, Object> vocabulary = new LinkedHashMap<>((Map<String, Object>) bpe.get("vocab"));
    vocabulary.put("world", 280);
    bpe.put("vocab", vocabulary);
    Map<String, Object> json = new LinkedHashMap<>(model.tokenizer);
    json.put("model", bpe);
    model.put("tokenizer.json", json);
    refused("'world' with id 280", "vocab_size 280", "another model");
  }

  @Test
  void space_is_asked_for_before_anything_is_written() {
    model.write();
    refused(
        new HuggingFaceConverter(ConversionOptions.DEFAULT, new DiskSpace(folder -> 5_000_000)),
        "not enough space",
        "5 MB left",
        "-o");
  }

  @Test
  void a_number_that_the_type_cannot_hold_stops_the_writing() {
    model.numbers("model.layers.1.mlp.down_proj.weight")[77] = 70_000;
    model.write();
    refused("blk.1.ffn_down.weight", "too large for F16", "bf16 or f32");
    model.numbers("model.layers.1.mlp.down_proj.weight")[77] = 1;
  }

  @Test
  void a_target_in_a_folder_that_is_not_there_is_refused() {
    model.write();
    assertThatThrownBy(() ->
            new HuggingFaceConverter(ConversionOptions.DEFAULT)
                .convert(
                    model.path,
                    Optional.of(temporary.resolve("no/such.gguf")),
                    ConversionProgress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("such.gguf", "its folder does not exist");
  }
}
