package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.blossomlm.engine.kernels.RandomTensors;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/** Writes complete models of random weights, small enough for any test, for every family. */
final class TinyModel {
  private static final int HIDDEN = 64;
  private static final int FEED_FORWARD = 96;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int HEAD_SIZE = 16;

  private TinyModel() {}

  /** A model with a SentencePiece vocabulary of bytes and a few words. */
  static Path write(Path target, String family, TensorType type, long seed) {
    return write(target, metadata(family).build(), family, type, seed);
  }

  /** A model whose heads have 32 elements, so that keys and values can be stored as Q8_0. */
  static Path writeWide(Path target, String family, TensorType type, long seed) {
    GgufMetadata metadata =
        metadata(family)
            .put(family + ".attention.key_length", GgufValue.uint32(32))
            .put(family + ".attention.value_length", GgufValue.uint32(32))
            .build();
    return write(target, metadata, family, type, seed);
  }

  static Path write(Path target, GgufMetadata metadata, String family, TensorType type, long seed) {
    return write(target, metadata, family, type, seed, LAYERS, Optional.empty());
  }

  static Path write(
      Path target,
      GgufMetadata metadata,
      String family,
      TensorType type,
      long seed,
      int layers,
      Optional<float[]> ropeFactors) {
    RandomGenerator random = new SplittableRandom(seed);
    GgufWriter writer = new GgufWriter(metadata);
    int vocabulary = tokens().size();
    try (Arena arena = Arena.ofConfined()) {
      matrix(writer, "token_embd.weight", type, HIDDEN, vocabulary, random, arena);
      matrix(writer, "output.weight", type, HIDDEN, vocabulary, random, arena);
      vector(writer, "output_norm.weight", HIDDEN, random, arena);
      for (int i = 0; i < layers; i++) {
        int headSize =
            Math.toIntExact(metadata.integer(family + ".attention.key_length").orElse(HEAD_SIZE));
        layer(writer, "blk." + i + ".", family, headSize, type, random, arena);
      }
      ropeFactors.ifPresent(factors ->
          writer.add(
              new Tensor(
                  "rope_freqs.weight",
                  TensorType.F32,
                  List.of((long) factors.length),
                  arena.allocateFrom(ValueLayout.JAVA_FLOAT, factors))));
      writer.write(target);
    }
    return target;
  }

  private static void layer(
      GgufWriter writer,
      String prefix,
      String family,
      int headSize,
      TensorType type,
      RandomGenerator random,
      Arena arena) {
    int query = HEADS * headSize;
    int keyValue = KEY_VALUE_HEADS * headSize;
    vector(writer, prefix + "attn_norm.weight", HIDDEN, random, arena);
    vector(writer, prefix + "ffn_norm.weight", HIDDEN, random, arena);
    matrix(writer, prefix + "attn_q.weight", type, HIDDEN, query, random, arena);
    matrix(writer, prefix + "attn_k.weight", type, HIDDEN, keyValue, random, arena);
    matrix(writer, prefix + "attn_v.weight", type, HIDDEN, keyValue, random, arena);
    matrix(writer, prefix + "attn_output.weight", type, query, HIDDEN, random, arena);
    matrix(writer, prefix + "ffn_gate.weight", type, HIDDEN, FEED_FORWARD, random, arena);
    matrix(writer, prefix + "ffn_up.weight", type, HIDDEN, FEED_FORWARD, random, arena);
    matrix(writer, prefix + "ffn_down.weight", type, FEED_FORWARD, HIDDEN, random, arena);
    if (family.equals("qwen2")) {
      vector(writer, prefix + "attn_q.bias", query, random, arena);
      vector(writer, prefix + "attn_k.bias", keyValue, random, arena);
      vector(writer, prefix + "attn_v.bias", keyValue, random, arena);
    }
    if (family.equals("qwen3")) {
      vector(writer, prefix + "attn_q_norm.weight", headSize, random, arena);
      vector(writer, prefix + "attn_k_norm.weight", headSize, random, arena);
    }
  }

  private static void matrix(
      GgufWriter writer,
      String name,
      TensorType type,
      int columns,
      int rows,
      RandomGenerator random,
      Arena arena) {
    Tensor t = RandomTensors.of(type, columns, rows, random, arena);
    writer.add(new Tensor(name, type, t.dimensions(), t.data()));
  }

  private static void vector(
      GgufWriter writer, String name, int size, RandomGenerator random, Arena arena) {
    writer.add(
        new Tensor(
            name, TensorType.F32, List.of((long) size), RandomTensors.floats(random, size, arena)));
  }

  static GgufMetadata.Builder metadata(String family) {
    List<String> tokens = tokens();
    float[] scores = new float[tokens.size()];
    int[] types = new int[tokens.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = -i;
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
    }
    return GgufMetadata.builder()
        .put("general.architecture", GgufValue.text(family))
        .put("general.name", GgufValue.text("tiny " + family))
        .put(family + ".context_length", GgufValue.uint32(128))
        .put(family + ".embedding_length", GgufValue.uint32(HIDDEN))
        .put(family + ".block_count", GgufValue.uint32(LAYERS))
        .put(family + ".feed_forward_length", GgufValue.uint32(FEED_FORWARD))
        .put(family + ".attention.head_count", GgufValue.uint32(HEADS))
        .put(family + ".attention.head_count_kv", GgufValue.uint32(KEY_VALUE_HEADS))
        .put(family + ".attention.key_length", GgufValue.uint32(HEAD_SIZE))
        .put(family + ".attention.value_length", GgufValue.uint32(HEAD_SIZE))
        .put(family + ".attention.layer_norm_rms_epsilon", GgufValue.float32(1e-5f))
        .put("tokenizer.ggml.model", GgufValue.text("llama"))
        .put("tokenizer.ggml.tokens", GgufArray.ofStrings(tokens))
        .put("tokenizer.ggml.scores", GgufArray.ofFloats(scores))
        .put("tokenizer.ggml.token_type", GgufArray.ofInts(types))
        .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(1))
        .put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2))
        .put("tokenizer.ggml.unknown_token_id", GgufValue.uint32(0));
  }

  private static List<String> tokens() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < 256; i++) {
      tokens.add("<0x%02X>".formatted(i));
    }
    tokens.addAll(List.of("▁", "a", "n", "d", "an", "and", "▁and", "中", "文", "中文", "▁a", "e"));
    return tokens;
  }
}
