package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder becomes a GGUF file: what is in it, and what it is called. */
class HuggingFaceConverterTest {
  private static final ConversionOptions F32 =
      ConversionOptions.DEFAULT.withType(WeightType.F32).withThreads(2);

  @TempDir Path temporary;
  private Path folder = Path.of("");

  @BeforeEach
  void nameTheFolder() {
    folder = temporary.resolve("Tiny-33K-Chat");
  }

  private static Conversion convert(TinyFolder model, ConversionOptions options) {
    return new HuggingFaceConverter(options)
        .convert(model.write().path, Optional.empty(), ConversionProgress.NONE);
  }

  private static void inspect(
      TinyFolder model, ConversionOptions options, Consumer<GgufFile> test) {
    try (GgufFile file = GgufFile.open(convert(model, options).output())) {
      test.accept(file);
    }
  }

  private static float[] floats(Tensor tensor) {
    var numbers = new float[Math.toIntExact(tensor.elements())];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, numbers.length, numbers, 0);
    return numbers;
  }

  @Test
  void tensors_get_the_names_and_dimensions_of_gguf() {
    inspect(
        TinyFolder.llama(folder),
        F32,
        file -> {
          assertThat(file.tensors().keySet())
              .containsExactly(
                  "token_embd.weight",
                  "blk.0.attn_norm.weight",
                  "blk.0.attn_q.weight",
                  "blk.0.attn_k.weight",
                  "blk.0.attn_v.weight",
                  "blk.0.attn_output.weight",
                  "blk.0.ffn_norm.weight",
                  "blk.0.ffn_gate.weight",
                  "blk.0.ffn_up.weight",
                  "blk.0.ffn_down.weight",
                  "blk.1.attn_norm.weight",
                  "blk.1.attn_q.weight",
                  "blk.1.attn_k.weight",
                  "blk.1.attn_v.weight",
                  "blk.1.attn_output.weight",
                  "blk.1.ffn_norm.weight",
                  "blk.1.ffn_gate.weight",
                  "blk.1.ffn_up.weight",
                  "blk.1.ffn_down.weight",
                  "output_norm.weight",
                  "output.weight");
          assertThat(file.requireTensor("blk.0.attn_k.weight").dimensions())
              .containsExactly(32L, 16L);
          assertThat(file.requireTensor("blk.1.ffn_down.weight").dimensions())
              .containsExactly(48L, 32L);
        });
  }

  @Test
  void rows_of_q_and_k_of_llama_change_places_and_others_do_not() {
    TinyFolder model = TinyFolder.llama(folder);
    inspect(
        model,
        F32,
        file -> {
          float[] source = model.numbers("model.layers.1.self_attn.k_proj.weight");
          float[] found = floats(file.requireTensor("blk.1.attn_k.weight"));
          // Heads of 8: row 3 of the second head is row 5 of that head, its half 1 and element 1.
          assertThat(Arrays.copyOfRange(found, (8 + 3) * 32, (8 + 4) * 32))
              .containsExactly(Arrays.copyOfRange(source, (8 + 5) * 32, (8 + 6) * 32));
          assertThat(floats(file.requireTensor("blk.1.attn_v.weight")))
              .containsExactly(model.numbers("model.layers.1.self_attn.v_proj.weight"));
        });
  }

  @Test
  void biases_of_llama_change_places_with_their_rows() {
    TinyFolder model = TinyFolder.llama(folder);
    for (int i = 0; i < 2; i++) {
      model.add("model.layers." + i + ".self_attn.q_proj.bias", 32);
      model.add("model.layers." + i + ".self_attn.o_proj.bias", 32);
      Arrays.fill(model.numbers("model.layers." + i + ".self_attn.o_proj.bias"), 0);
    }
    inspect(
        model,
        ConversionOptions.DEFAULT,
        file -> {
          float[] source = model.numbers("model.layers.0.self_attn.q_proj.bias");
          float[] found = floats(file.requireTensor("blk.0.attn_q.bias"));
          for (int row = 0; row < 32; row++) {
            assertThat(found[row]).isEqualTo(source[row / 8 * 8 + row % 2 * 4 + row % 8 / 2]);
          }
          // One of zeros, which llama's attention_bias asks for, says nothing.
          assertThat(file.tensor("blk.0.attn_output.bias")).isEmpty();
        });
  }

  @Test
  void qwen_keeps_its_rows_and_has_biases_or_head_norms() {
    TinyFolder qwen2 = TinyFolder.qwen2(folder);
    inspect(
        qwen2,
        F32,
        file -> {
          assertThat(floats(file.requireTensor("blk.0.attn_q.weight")))
              .containsExactly(qwen2.numbers("model.layers.0.self_attn.q_proj.weight"));
          assertThat(floats(file.requireTensor("blk.0.attn_k.bias")))
              .containsExactly(qwen2.numbers("model.layers.0.self_attn.k_proj.bias"));
        });
    TinyFolder qwen3 = TinyFolder.qwen3(temporary.resolve("qwen3"));
    inspect(
        qwen3,
        F32,
        file -> {
          assertThat(file.requireTensor("blk.0.attn_q.weight").dimensions())
              .containsExactly(32L, 64L);
          assertThat(floats(file.requireTensor("blk.1.attn_k_norm.weight")))
              .containsExactly(qwen3.numbers("model.layers.1.self_attn.k_norm.weight"));
          assertThat(file.metadata().requireInteger("qwen3.attention.key_length")).isEqualTo(16);
          assertThat(file.metadata().requireInteger("qwen3.attention.value_length")).isEqualTo(16);
        });
  }

  @Test
  void matrices_get_the_type_that_was_asked_for_and_vectors_stay_f32() {
    for (WeightType type :
        List.of(WeightType.F32, WeightType.F16, WeightType.BF16, WeightType.Q8_0)) {
      TinyFolder model = TinyFolder.qwen2(temporary.resolve(type.name()));
      inspect(
          model,
          ConversionOptions.DEFAULT.withType(type),
          file -> {
            TensorType wanted = TensorType.valueOf(type.name());
            assertThat(file.requireTensor("blk.0.attn_q.weight").type()).isEqualTo(wanted);
            assertThat(file.requireTensor("token_embd.weight").type()).isEqualTo(wanted);
            // Rows of 48 are no whole blocks of 32.
            assertThat(file.requireTensor("blk.0.ffn_down.weight").type())
                .isEqualTo(type == WeightType.Q8_0 ? TensorType.F16 : wanted);
            for (String vector :
                List.of("blk.0.attn_norm.weight", "output_norm.weight", "blk.1.attn_q.bias")) {
              assertThat(file.requireTensor(vector).type()).isEqualTo(TensorType.F32);
            }
            assertThat(file.metadata().requireInteger("general.file_type"))
                .isEqualTo(type.fileType());
            float[] source = model.numbers("lm_head.weight");
            float[] found = floats(file.requireTensor("output.weight"));
            double worst = 0;
            for (int i = 0; i < source.length; i++) {
              worst = Math.max(worst, Math.abs(source[i] - found[i]));
            }
            assertThat(worst)
                .isLessThan(
                    switch (type) {
                      case F32 -> 1e-30;
                      case F16 -> 1e-3;
                      case BF16, AUTO -> 8e-3;
                      case Q8_0 -> 6e-3;
                    });
          });
    }
  }

  @Test
  void auto_follows_the_source() {
    TinyFolder brain = TinyFolder.llama(folder);
    brain.format = NumberFormat.BF16;
    assertThat(convert(brain, ConversionOptions.DEFAULT).type()).isEqualTo("BF16");
    TinyFolder single = TinyFolder.llama(temporary.resolve("f32"));
    assertThat(convert(single, ConversionOptions.DEFAULT).type()).isEqualTo("F16");
  }

  @Test
  void threads_and_shards_do_not_change_a_byte() throws IOException {
    TinyFolder one = TinyFolder.llama(folder);
    byte[] expected =
        Files.readAllBytes(convert(one, ConversionOptions.DEFAULT.withThreads(1)).output());
    TinyFolder many = TinyFolder.llama(temporary.resolve("many").resolve("Tiny-33K-Chat"));
    many.maxShardBytes = 10_000;
    assertThat(Files.readAllBytes(convert(many, ConversionOptions.DEFAULT.withThreads(5)).output()))
        .isEqualTo(expected);
  }

  @Test
  void progress_goes_from_nothing_to_everything() {
    List<Long> steps = new ArrayList<>();
    Conversion done =
        new HuggingFaceConverter(F32)
            .convert(
                TinyFolder.llama(folder).write().path,
                Optional.empty(),
                (tensor, written, total) -> {
                  assertThat(total).isPositive();
                  steps.add(written);
                });
    assertThat(steps).isSorted().endsWith(done.bytes());
  }

  @Test
  void hyper_parameters_become_keys() {
    inspect(
        TinyFolder.llama(folder),
        F32,
        file -> {
          GgufMetadata metadata = file.metadata();
          assertThat(metadata.requireString("general.architecture")).isEqualTo("llama");
          assertThat(metadata.requireInteger("llama.block_count")).isEqualTo(2);
          assertThat(metadata.requireInteger("llama.context_length")).isEqualTo(256);
          assertThat(metadata.requireInteger("llama.embedding_length")).isEqualTo(32);
          assertThat(metadata.requireInteger("llama.feed_forward_length")).isEqualTo(48);
          assertThat(metadata.requireInteger("llama.attention.head_count")).isEqualTo(4);
          assertThat(metadata.requireInteger("llama.attention.head_count_kv")).isEqualTo(2);
          assertThat(metadata.requireInteger("llama.vocab_size")).isEqualTo(280);
          assertThat(metadata.requireInteger("llama.rope.dimension_count")).isEqualTo(8);
          assertThat(metadata.number("llama.rope.freq_base")).hasValue(10000);
          assertThat(metadata.number("llama.attention.layer_norm_rms_epsilon")).hasValue(1e-5f);
          assertThat(metadata.requireInteger("general.quantization_version")).isEqualTo(2);
          assertThat(metadata.requireString("general.type")).isEqualTo("model");
          // Heads share the hidden size unless the file says otherwise.
          assertThat(metadata.value("llama.attention.key_length")).isEmpty();
        });
  }

  @Test
  void qwen_3_without_a_head_size_has_heads_of_128_whatever_its_hidden_size() {
    TinyFolder model = TinyFolder.qwen3(folder, 128);
    model.config.remove("head_dim");
    inspect(
        model,
        F32,
        file -> {
          GgufMetadata metadata = file.metadata();
          assertThat(metadata.requireInteger("qwen3.attention.key_length")).isEqualTo(128);
          assertThat(metadata.requireInteger("qwen3.attention.value_length")).isEqualTo(128);
          assertThat(metadata.requireInteger("qwen3.rope.dimension_count")).isEqualTo(128);
          assertThat(file.requireTensor("blk.0.attn_output.weight").dimensions())
              .containsExactly(512L, 32L);
        });
  }

  @Test
  void scaling_of_positions_becomes_keys_or_the_tensor_of_llama_3() {
    TinyFolder linear = TinyFolder.llama(temporary.resolve("linear"));
    linear.config.put("rope_scaling", Map.of("type", "linear", "factor", 4.0));
    inspect(
        linear,
        F32,
        file -> {
          assertThat(file.metadata().requireString("llama.rope.scaling.type")).isEqualTo("linear");
          assertThat(file.metadata().number("llama.rope.scaling.factor")).hasValue(4);
        });
    TinyFolder yarn = TinyFolder.qwen2(temporary.resolve("yarn"));
    yarn.config.put(
        "rope_scaling",
        Map.of(
            "rope_type",
            "yarn",
            "factor",
            4.0,
            "original_max_position_embeddings",
            64,
            "attention_factor",
            1.0,
            "beta_fast",
            16));
    inspect(
        yarn,
        F32,
        file -> {
          GgufMetadata metadata = file.metadata();
          assertThat(metadata.requireString("qwen2.rope.scaling.type")).isEqualTo("yarn");
          assertThat(metadata.number("qwen2.rope.scaling.factor")).hasValue(4);
          assertThat(metadata.requireInteger("qwen2.rope.scaling.original_context_length"))
              .isEqualTo(64);
          assertThat(metadata.number("qwen2.rope.scaling.yarn_beta_fast")).hasValue(16);
          // What a reader multiplies with the usual 1 + 0.1 ln 4 to get 1.
          assertThat(
                  metadata.number("qwen2.rope.scaling.attn_factor").orElseThrow()
                      * (1 + 0.1 * Math.log(4)))
              .isBetween(1 - 1e-6, 1 + 1e-6);
        });
    TinyFolder llama3 = TinyFolder.llama(temporary.resolve("llama3"));
    llama3.config.put(
        "rope_parameters",
        Map.of(
            "rope_type",
            "llama3",
            "rope_theta",
            500000.0,
            "factor",
            8.0,
            "low_freq_factor",
            1.0,
            "high_freq_factor",
            4.0,
            "original_max_position_embeddings",
            8192));
    inspect(
        llama3,
        F32,
        file -> {
          assertThat(file.metadata().number("llama.rope.freq_base")).hasValue(500000);
          float[] divisors = floats(file.requireTensor("rope_freqs.weight"));
          // Wavelengths of 6, 167, 4443 and 118143 positions; between 2048 and 8192 the two blend.
          double smooth = (8192 / (2 * Math.PI * Math.sqrt(500000)) - 1) / 3;
          assertThat(divisors).hasSize(4).startsWith(1, 1).endsWith(8);
          assertThat((double) divisors[2])
              .isCloseTo(
                  1 / ((1 - smooth) / 8 + smooth), org.assertj.core.data.Offset.offset(1e-5));
        });
  }

  @Test
  void tied_embeddings_are_written_once() {
    TinyFolder model = TinyFolder.llama(folder);
    model.config.put("tie_word_embeddings", true);
    Conversion done = convert(model, F32);
    assertThat(done.notes()).singleElement().asString().contains("lm_head.weight differs");
    try (GgufFile file = GgufFile.open(done.output())) {
      assertThat(file.tensor("output.weight")).isEmpty();
    }
  }

  @Test
  void what_older_versions_saved_without_need_is_skipped() {
    TinyFolder model = TinyFolder.llama(folder);
    model.add("model.layers.0.self_attn.rotary_emb.inv_freq", 4);
    model.add("model.layers.0.attention.bias", 4, 4);
    model.add("model.layers.1.attention.masked_bias", 1);
    Conversion done = convert(model, F32);
    assertThat(done.notes()).isEmpty();
    assertThat(done.tensors()).isEqualTo(21);
  }

  @Test
  void a_sliding_window_is_noted() {
    TinyFolder model = TinyFolder.llama(folder);
    model.config.put("architectures", List.of("MistralForCausalLM"));
    model.config.put("sliding_window", 128);
    assertThat(convert(model, F32).notes())
        .singleElement()
        .asString()
        .contains("beyond 128 tokens");
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "false, 0", ", 0"})
  void a_sliding_window_that_is_off_is_not_noted(@Nullable Boolean used, int notes) {
    TinyFolder model = TinyFolder.qwen2(folder);
    model.config.put("sliding_window", 128);
    if (used != null) {
      model.config.put("use_sliding_window", used);
    }
    assertThat(convert(model, F32).notes()).hasSize(notes);
  }

  @Test
  void files_are_named_by_the_convention_unless_a_name_is_given() {
    TinyFolder model = TinyFolder.llama(folder);
    model.write();
    var converter = new HuggingFaceConverter(F32);
    assertThat(converter.convert(folder, Optional.empty(), ConversionProgress.NONE).output())
        .isEqualTo(folder.resolve("Tiny-33K-Chat-F32.gguf"));
    assertThat(converter.convert(folder, Optional.of(temporary), ConversionProgress.NONE).output())
        .isEqualTo(temporary.resolve("Tiny-33K-Chat-F32.gguf"));
    Path named = temporary.resolve("any name");
    assertThat(converter.convert(folder, Optional.of(named), ConversionProgress.NONE).output())
        .isEqualTo(named)
        .isRegularFile();
  }

  @Test
  void provenance_and_sampling_come_along() {
    TinyFolder model = TinyFolder.llama(folder).write();
    model.put(
        "README.md",
        """
        ---
        license: apache-2.0
        license_link: https://example.org/licence
        language: [en, zh]
        tags:
        - chat
        pipeline_tag: text-generation
        base_model: Qwen/Qwen1.5-14B
        datasets:
        - Azure99/blossom-chat-v3
        - https://example.org/data
        ---
        """);
    model.put(
        "generation_config.json",
        Map.of("temperature", 0.5, "top_p", 0.85, "top_k", 50, "repetition_penalty", 1.05));
    Conversion done =
        new HuggingFaceConverter(F32).convert(folder, Optional.empty(), ConversionProgress.NONE);
    try (GgufFile file = GgufFile.open(done.output())) {
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.requireString("general.name")).isEqualTo("Tiny 33K Chat");
      assertThat(metadata.requireString("general.license")).isEqualTo("apache-2.0");
      assertThat(metadata.requireString("general.license.link")).contains("example.org");
      assertThat(metadata.strings("general.languages")).contains(List.of("en", "zh"));
      assertThat(metadata.strings("general.tags")).contains(List.of("chat", "text-generation"));
      assertThat(metadata.requireInteger("general.base_model.count")).isEqualTo(1);
      assertThat(metadata.requireString("general.base_model.0.name")).isEqualTo("Qwen1.5 14B");
      assertThat(metadata.requireString("general.base_model.0.organization")).isEqualTo("Qwen");
      assertThat(metadata.requireString("general.base_model.0.repo_url"))
          .isEqualTo("https://huggingface.co/Qwen/Qwen1.5-14B");
      assertThat(metadata.requireInteger("general.dataset.count")).isEqualTo(2);
      assertThat(metadata.requireString("general.dataset.1.repo_url"))
          .isEqualTo("https://example.org/data");
      assertThat(metadata.number("general.sampling.temp")).hasValue(0.5);
      assertThat(metadata.number("general.sampling.top_p")).hasValue(0.85f);
      assertThat(metadata.requireInteger("general.sampling.top_k")).isEqualTo(50);
      assertThat(metadata.number("general.sampling.penalty_repeat")).hasValue(1.05f);
    }
  }

  @Test
  void chat_templates_come_along_with_their_names() throws IOException {
    TinyFolder listed = TinyFolder.llama(folder);
    listed.tokenizerConfig.put(
        "chat_template",
        List.of(
            Map.of("name", "default", "template", "D"),
            Map.of("name", "Tool-Use", "template", "T")));
    listed.write();
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    listed.put("additional_chat_templates/rag.jinja", "R");
    inspectWritten(metadata -> {
      assertThat(metadata.requireString("tokenizer.chat_template")).isEqualTo("D");
      assertThat(metadata.requireString("tokenizer.chat_template.tool_use")).isEqualTo("T");
      assertThat(metadata.requireString("tokenizer.chat_template.rag")).isEqualTo("R");
      assertThat(metadata.strings("tokenizer.chat_templates")).contains(List.of("tool_use", "rag"));
    });
    listed.put("chat_template.jinja", "{{ 'from the file' }}");
    inspectWritten(metadata ->
        assertThat(metadata.requireString("tokenizer.chat_template"))
            .isEqualTo("{{ 'from the file' }}"));
  }

  private void inspectWritten(Consumer<GgufMetadata> test) {
    Conversion done =
        new HuggingFaceConverter(F32).convert(folder, Optional.empty(), ConversionProgress.NONE);
    try (GgufFile file = GgufFile.open(done.output())) {
      test.accept(file.metadata());
    }
  }

  @Test
  void rows_without_a_token_are_padding() {
    inspect(
        TinyFolder.llama(folder),
        F32,
        file -> {
          List<String> tokens = file.metadata().strings("tokenizer.ggml.tokens").orElseThrow();
          int[] types = file.metadata().integers("tokenizer.ggml.token_type").orElseThrow();
          assertThat(tokens).hasSize(280).endsWith("[PAD278]", "[PAD279]");
          assertThat(tokens.get(269)).isEqualTo("[PAD269]");
          assertThat(Arrays.copyOfRange(types, 0, 4)).containsExactly(2, 3, 3, 6);
          assertThat(Arrays.copyOfRange(types, 267, 271)).containsExactly(1, 1, 5, 5);
          Tokenizer tokenizer = Tokenizer.fromGguf(file.metadata());
          assertThat(tokenizer.encode("hello hello")).containsExactly(268, 268);
          assertThat(tokenizer.bos()).hasValue(1);
          assertThat(tokenizer.eos()).hasValue(2);
          assertThat(tokenizer.addBos()).isTrue();
        });
  }

  @Test
  void merges_may_be_strings_or_pairs() throws IOException {
    byte[] expected = Files.readAllBytes(convert(TinyFolder.llama(folder), F32).output());
    TinyFolder pairs = TinyFolder.llama(temporary.resolve("pairs").resolve("Tiny-33K-Chat"));
    @SuppressWarnings("unchecked")
    Map<String, Object> bpe =
        (Map<String, Object>) Objects.requireNonNull(pairs.tokenizer.get("model"));
    @SuppressWarnings("unchecked")
    List<String> strings = (List<String>) Objects.requireNonNull(bpe.get("merges"));
    bpe.put("merges", strings.stream().map(merge -> List.of(merge.split(" "))).toList());
    assertThat(Files.readAllBytes(convert(pairs, F32).output())).isEqualTo(expected);
  }

  /** A byte-level vocabulary that splits by {@code pattern}, in place of the pieces. */
  private static void byteLevel(TinyFolder model, String pattern, List<?> merges) {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    int unprintable = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.put(Character.toString(printable ? b : 256 + unprintable++), b);
    }
    vocabulary.put("Ġh", 256);
    vocabulary.put("Ġhi", 257);
    model.tokenizer.remove("normalizer");
    model.tokenizer.put("added_tokens", List.of());
    model.tokenizer.put("decoder", Map.of("type", "ByteLevel"));
    model.tokenizer.put(
        "pre_tokenizer",
        Map.of(
            "type",
            "Sequence",
            "pretokenizers",
            List.of(
                Map.of(
                    "type",
                    "Split",
                    "pattern",
                    Map.of("Regex", pattern),
                    "behavior",
                    "Isolated",
                    "invert",
                    false),
                Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", false))));
    model.tokenizer.put("model", Map.of("type", "BPE", "vocab", vocabulary, "merges", merges));
    model.tokenizerConfig.clear();
  }

  @ParameterizedTest
  @CsvSource({"smaug-bpe, dbrx", "qwen2, deepseek-r1-qwen", "gpt-4o, gpt-4o"})
  void an_unpublished_vocabulary_is_named_by_its_pattern(String name, String expected) {
    TinyFolder model = TinyFolder.llama(folder);
    String pattern = KnownPreTokenizer.named(name).orElseThrow().patterns().getFirst();
    byteLevel(model, pattern, List.of(List.of("Ġ", "h"), List.of("Ġh", "i")));
    inspect(
        model,
        F32,
        file -> {
          GgufMetadata metadata = file.metadata();
          // The first that splits so and, as this one, does not normalise.
          assertThat(metadata.requireString("tokenizer.ggml.pre")).isEqualTo(expected);
          assertThat(metadata.requireString("tokenizer.ggml.model")).isEqualTo("gpt2");
          assertThat(metadata.value("tokenizer.ggml.scores")).isEmpty();
          assertThat(metadata.strings("tokenizer.ggml.merges")).contains(List.of("Ġ h", "Ġh i"));
          assertThat(Tokenizer.fromGguf(metadata).encode("a hi")).containsExactly('a', 257);
        });
  }

  @Test
  void added_tokens_are_control_or_user_defined() {
    TinyFolder model = TinyFolder.llama(folder);
    List<Object> added =
        new ArrayList<>((List<?>) Objects.requireNonNull(model.tokenizer.get("added_tokens")));
    added.add(Map.of("id", 269, "content", "<think>", "special", false, "normalized", false));
    added.add(Map.of("id", 270, "content", "<|end|>", "special", false, "normalized", false));
    added.add(Map.of("id", 271, "content", "[X]", "special", true, "normalized", false));
    added.add(Map.of("id", 300, "content", "[far]", "special", true, "normalized", false));
    model.tokenizer.put("added_tokens", added);
    Conversion done = convert(model, F32);
    assertThat(done.notes()).singleElement().asString().contains("'[far]' has id 300", "280 rows");
    try (GgufFile file = GgufFile.open(done.output())) {
      int[] types = file.metadata().integers("tokenizer.ggml.token_type").orElseThrow();
      // A name in <|...|> is never text, whatever the file says.
      assertThat(Arrays.copyOfRange(types, 269, 273)).containsExactly(4, 3, 3, 5);
      assertThat(file.metadata().strings("tokenizer.ggml.tokens").orElseThrow().subList(269, 272))
          .containsExactly("<think>", "<|end|>", "[X]");
    }
  }

  @Test
  void special_ids_come_from_both_configurations() {
    TinyFolder model = TinyFolder.llama(folder);
    model.tokenizerConfig.clear();
    model.tokenizerConfig.put("tokenizer_class", "LlamaTokenizerFast");
    model.tokenizerConfig.put("pad_token", "</s>");
    model.config.put("eos_token_id", List.of(2, 5));
    inspect(
        model,
        F32,
        file -> {
          GgufMetadata metadata = file.metadata();
          assertThat(metadata.requireInteger("tokenizer.ggml.bos_token_id")).isEqualTo(1);
          assertThat(metadata.requireInteger("tokenizer.ggml.eos_token_id")).isEqualTo(2);
          assertThat(metadata.requireInteger("tokenizer.ggml.padding_token_id")).isEqualTo(2);
          // What Llama's tokenizer does where no file says it.
          assertThat(metadata.bool("tokenizer.ggml.add_bos_token")).contains(true);
          assertThat(metadata.bool("tokenizer.ggml.add_eos_token")).contains(false);
          assertThat(metadata.bool("tokenizer.ggml.add_space_prefix")).contains(true);
        });
  }
}
