package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Published tokenizers encode alike before and after conversion, and after the way back. */
class RealTokenizersTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path temporary;

  private static Path fixture(String name) {
    Path path = Path.of(System.getProperty("blossom.fixtures", "absent"), name);
    assumeTrue(Files.exists(path), "skipped: the fixtures folder has no " + path);
    return path;
  }

  /** A model of almost no weights around a tokenizer, with more rows than it has tokens. */
  private Path folder(Path tokenizer, String className, int vocabulary) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("model"));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tokenizer.resolve(file), folder.resolve(file));
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(className));
    config.put("hidden_size", 2);
    config.put("intermediate_size", 2);
    config.put("num_hidden_layers", 1);
    config.put("num_attention_heads", 1);
    config.put("num_key_value_heads", 1);
    config.put("max_position_embeddings", 4096);
    config.put("vocab_size", vocabulary);
    config.put("tie_word_embeddings", true);
    Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(config));
    var writer = new SafetensorsWriter(Map.of());
    TensorLayout.of(ModelConfig.of(JsonDocument.read(folder.resolve("config.json"))))
        .slots()
        .values()
        .forEach(slot -> {
          int bytes = Math.toIntExact(2 * slot.shape().stream().reduce(1L, Math::multiplyExact));
          writer.add(
              slot.huggingFace(),
              SafetensorsType.F16,
              slot.shape(),
              out -> out.write(ByteBuffer.allocate(bytes)));
        });
    writer.writeModel(folder, Long.MAX_VALUE);
    return folder;
  }

  private static void assertEncodesAsPublished(Tokenizer tokenizer, Path encodings) {
    for (JsonNode sample : JSON.readTree(encodings.toFile())) {
      String text = sample.path("text").stringValue();
      int[] ids = sample.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
      assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
      assertThat(tokenizer.decode(ids, true)).isEqualTo(sample.path("decoded").stringValue());
    }
  }

  @ParameterizedTest
  @CsvSource({"yi, LlamaForCausalLM, 64000", "qwen1.5, Qwen2ForCausalLM, 151936"})
  void encodings_stay_the_same(String name, String className, int vocabulary) throws IOException {
    Path source = fixture("tokenizers/" + name);
    Path folder = folder(source, className, vocabulary);
    Path gguf =
        new HuggingFaceConverter(ConversionOptions.DEFAULT)
            .convert(folder, Optional.of(temporary.resolve("m.gguf")), ConversionProgress.NONE)
            .output();
    Path back = temporary.resolve("back");
    try (GgufFile file = GgufFile.open(gguf)) {
      GgufMetadata metadata = file.metadata();
      Tokenizer tokenizer = Tokenizer.fromGguf(metadata);
      assertThat(tokenizer.vocabularySize()).isEqualTo(vocabulary);
      assertEncodesAsPublished(tokenizer, source.resolve("encodings.json"));
      assertThat(tokenizer.addBos()).isFalse();
      if (name.equals("yi")) {
        assertThat(metadata.requireString("tokenizer.ggml.model")).isEqualTo("llama");
        assertThat(metadata.bool("tokenizer.ggml.add_space_prefix")).contains(false);
        assertThat(tokenizer.eos()).hasValue(2);
        assertThat(metadata.requireInteger("tokenizer.ggml.padding_token_id")).isZero();
      } else {
        assertThat(metadata.requireString("tokenizer.ggml.pre")).isEqualTo("qwen2");
        assertThat(metadata.requireString("tokenizer.chat_template"))
            .isEqualTo(
                JSON.readTree(source.resolve("tokenizer_config.json").toFile())
                    .path("chat_template")
                    .stringValue());
        assertThat(tokenizer.token(151935)).isEqualTo("[PAD151935]");
        assertThat(tokenizer.eos()).hasValue(151645);
        assertThat(tokenizer.isSpecial(151644)).isTrue();
      }
    }
    new HuggingFaceExporter(ConversionOptions.DEFAULT).export(gguf, back, ConversionProgress.NONE);
    assertEncodesAsPublished(
        Tokenizer.fromJson(back.resolve("tokenizer.json")), source.resolve("encodings.json"));
  }

  @Test
  void the_fingerprint_goes_before_the_patterns() throws IOException {
    Path folder = folder(fixture("tokenizers/qwen1.5"), "Qwen2ForCausalLM", 151936);
    Path file = folder.resolve("tokenizer.json");
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    // Qwen's text is normalised; without that its patterns are those of other models.
    json.remove("normalizer");
    assertThat(KnownPreTokenizer.byPatterns(json))
        .map(KnownPreTokenizer::name)
        .contains("deepseek-r1-qwen");
    ArrayNode pairs = JSON.createArrayNode();
    List<String> strings = new ArrayList<>();
    for (JsonNode merge : json.path("model").path("merges")) {
      strings.add(merge.stringValue());
      String[] pair = merge.stringValue().split(" ");
      pairs.add(JSON.createArrayNode().add(pair[0]).add(pair[1]));
    }
    ((ObjectNode) json.path("model")).set("merges", pairs);
    Files.writeString(file, JSON.writeValueAsString(json));
    Path gguf =
        new HuggingFaceConverter(ConversionOptions.DEFAULT)
            .convert(folder, Optional.of(temporary.resolve("m.gguf")), ConversionProgress.NONE)
            .output();
    try (GgufFile made = GgufFile.open(gguf)) {
      assertThat(made.metadata().requireString("tokenizer.ggml.pre")).isEqualTo("qwen2");
      assertThat(made.metadata().strings("tokenizer.ggml.merges")).contains(strings);
    }
  }

  @Test
  void the_fingerprint_of_qwen_is_the_published_one() {
    Tokenizer qwen = Tokenizer.fromJson(fixture("tokenizers/qwen1.5/tokenizer.json"));
    assertThat(KnownPreTokenizer.fingerprint(qwen))
        .isEqualTo("e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea");
  }

  @Test
  void patterns_are_recognised_where_the_fingerprint_is_unknown() {
    JsonNode qwen = JSON.readTree(fixture("tokenizers/qwen1.5/tokenizer.json").toFile());
    assertThat(KnownPreTokenizer.byPatterns(qwen)).map(KnownPreTokenizer::name).contains("qwen2");
    assertThat(KnownPreTokenizer.byFingerprint("00")).isEmpty();
  }

  @Test
  void a_tokenizer_model_is_read_and_written() throws Exception {
    byte[] bytes = Files.readAllBytes(fixture("stories260k/tok512.model"));
    SentencePieceFile file = SentencePieceFile.parse(bytes);
    try (GgufFile gguf = GgufFile.open(fixture("stories260k/stories260k-f32.gguf"))) {
      assertThat(file.pieces())
          .extracting(SentencePieceFile.Piece::text)
          .isEqualTo(gguf.metadata().strings("tokenizer.ggml.tokens").orElseThrow());
      float[] scores = gguf.metadata().floats("tokenizer.ggml.scores").orElseThrow();
      for (int id = 0; id < scores.length; id++) {
        assertThat(file.pieces().get(id).score()).isEqualTo(scores[id]);
      }
    }
    assertThat(file.algorithm()).isEqualTo(SentencePieceFile.Algorithm.BPE);
    assertThat(SentencePieceFile.parse(file.toBytes())).isEqualTo(file);
  }
}
