package org.blossomlm.model.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small model with random weights, as transformers saves one. What a test does not change fits
 * together. The same seed gives the same weights.
 */
final class TinyFolder {
  static final int HIDDEN = 32;
  static final int HEADS = 4;
  static final int KEY_VALUE_HEADS = 2;
  static final int INNER = 48;
  static final int VOCABULARY = 280;

  private static final JsonMapper JSON = new JsonMapper();

  /** A tensor to be written. */
  @SuppressWarnings("ArrayRecordComponent")
  record Weights(List<Long> shape, float[] numbers) {}

  final Path path;
  final Map<String, Object> config = new LinkedHashMap<>();
  final Map<String, Object> tokenizer;
  final Map<String, Object> tokenizerConfig = new LinkedHashMap<>();
  final Map<String, Weights> tensors = new LinkedHashMap<>();
  private final SplittableRandom random;
  NumberFormat format = NumberFormat.F32;
  long maxShardBytes = Long.MAX_VALUE;

  private TinyFolder(Path path, String className, long seed) {
    this.path = path;
    this.random = new SplittableRandom(seed);
    config.put("architectures", List.of(className));
    config.put("hidden_size", HIDDEN);
    config.put("intermediate_size", INNER);
    config.put("num_hidden_layers", 2);
    config.put("num_attention_heads", HEADS);
    config.put("num_key_value_heads", KEY_VALUE_HEADS);
    config.put("max_position_embeddings", 256);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_theta", 10000.0);
    config.put("vocab_size", VOCABULARY);
    config.put("bos_token_id", 1);
    config.put("eos_token_id", 2);
    config.put("hidden_act", "silu");
    tokenizer = pieces();
    tokenizerConfig.put("bos_token", "<s>");
    tokenizerConfig.put("eos_token", Map.of("content", "</s>"));
    tokenizerConfig.put("unk_token", "<unk>");
    tokenizerConfig.put("add_bos_token", true);
  }

  static TinyFolder llama(Path path) {
    var folder = new TinyFolder(path, "LlamaForCausalLM", 1);
    folder.weights(HIDDEN / HEADS, false, false);
    return folder;
  }

  static TinyFolder qwen2(Path path) {
    var folder = new TinyFolder(path, "Qwen2ForCausalLM", 2);
    folder.weights(HIDDEN / HEADS, true, false);
    return folder;
  }

  /** With heads of 16, twice as wide as the hidden size has room for. */
  static TinyFolder qwen3(Path path) {
    return qwen3(path, 16);
  }

  static TinyFolder qwen3(Path path, int headSize) {
    var folder = new TinyFolder(path, "Qwen3ForCausalLM", 3);
    folder.config.put("head_dim", headSize);
    folder.weights(headSize, false, true);
    return folder;
  }

  private void weights(int headSize, boolean biases, boolean headNorms) {
    add("model.embed_tokens.weight", VOCABULARY, HIDDEN);
    for (int i = 0; i < 2; i++) {
      String layer = "model.layers." + i + ".";
      add(layer + "input_layernorm.weight", HIDDEN);
      for (String name : List.of("q", "k", "v")) {
        int width = headSize * (name.equals("q") ? HEADS : KEY_VALUE_HEADS);
        add(layer + "self_attn." + name + "_proj.weight", width, HIDDEN);
        if (biases) {
          add(layer + "self_attn." + name + "_proj.bias", width);
        }
        if (headNorms && !name.equals("v")) {
          add(layer + "self_attn." + name + "_norm.weight", headSize);
        }
      }
      add(layer + "self_attn.o_proj.weight", HIDDEN, headSize * HEADS);
      add(layer + "post_attention_layernorm.weight", HIDDEN);
      add(layer + "mlp.gate_proj.weight", INNER, HIDDEN);
      add(layer + "mlp.up_proj.weight", INNER, HIDDEN);
      add(layer + "mlp.down_proj.weight", HIDDEN, INNER);
    }
    add("model.norm.weight", HIDDEN);
    add("lm_head.weight", VOCABULARY, HIDDEN);
  }

  /** A tensor of random numbers in the format of the others. */
  void add(String name, int... shape) {
    int elements = 1;
    List<Long> dimensions = new ArrayList<>();
    for (int dimension : shape) {
      elements *= dimension;
      dimensions.add((long) dimension);
    }
    var numbers = new float[elements];
    for (int i = 0; i < elements; i++) {
      numbers[i] = (float) random.nextGaussian(0, 0.3);
    }
    tensors.put(name, new Weights(dimensions, numbers));
  }

  /** The numbers of a tensor, to look at or to change. */
  float[] numbers(String name) {
    return Objects.requireNonNull(tensors.get(name), name).numbers();
  }

  /** SentencePiece-style BPE: special tokens, all bytes, and a few pieces. */
  private static Map<String, Object> pieces() {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    for (String special : List.of("<unk>", "<s>", "</s>")) {
      vocabulary.put(special, vocabulary.size());
    }
    for (int i = 0; i < 256; i++) {
      vocabulary.put("<0x%02X>".formatted(i), vocabulary.size());
    }
    for (String piece : List.of("▁", "h", "e", "l", "o", "he", "ll", "llo", "hello", "▁hello")) {
      vocabulary.put(piece, vocabulary.size());
    }
    List<Object> added = new ArrayList<>();
    for (String special : List.of("<unk>", "<s>", "</s>")) {
      added.add(
          Map.of(
              "id",
              vocabulary.get(special),
              "content",
              special,
              "special",
              true,
              "normalized",
              false));
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("unk_token", "<unk>");
    model.put("fuse_unk", true);
    model.put("byte_fallback", true);
    model.put("vocab", vocabulary);
    model.put("merges", List.of("l l", "h e", "ll o", "he llo", "▁ hello"));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("added_tokens", added);
    json.put(
        "normalizer",
        Map.of(
            "type",
            "Sequence",
            "normalizers",
            List.of(
                Map.of("type", "Prepend", "prepend", "▁"),
                Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "▁"))));
    json.put(
        "decoder",
        Map.of(
            "type",
            "Sequence",
            "decoders",
            List.of(
                Map.of("type", "Replace", "pattern", Map.of("String", "▁"), "content", " "),
                Map.of("type", "ByteFallback"),
                Map.of("type", "Fuse"))));
    json.put("model", model);
    return json;
  }

  /** Puts everything into the folder. */
  TinyFolder write() {
    try {
      Files.createDirectories(path);
      put("config.json", config);
      put("tokenizer.json", tokenizer);
      put("tokenizer_config.json", tokenizerConfig);
      var writer = new SafetensorsWriter(Map.of());
      tensors.forEach((name, weights) -> add(writer, name, weights));
      writer.writeModel(path, maxShardBytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(SafetensorsWriter writer, String name, Weights weights) {
    var bytes = new byte[weights.numbers().length * format.bytes()];
    format.encode(weights.numbers(), weights.numbers().length, MemorySegment.ofArray(bytes), 0);
    SafetensorsType type = format.safetensorsType();
    writer.add(name, type, weights.shape(), out -> out.write(ByteBuffer.wrap(bytes)));
  }

  void put(String file, Object json) {
    put(file, JSON.writeValueAsString(json));
  }

  void put(String file, String text) {
    try {
      Files.writeString(path.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
