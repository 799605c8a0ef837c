package org.blossomlm.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.TensorType;

/** A model of one layer with random weights, small enough for any test. */
final class TinyModel {
  private static final int HIDDEN = 64;

  private TinyModel() {}

  /**
   * A model of one layer with a vocabulary of bytes.
   *
   * @param vocabulary tokens, at least 259
   */
  static void write(Path target, int vocabulary) {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < 256; i++) {
      tokens.add("<0x%02X>".formatted(i));
    }
    for (int i = tokens.size(); i < vocabulary; i++) {
      tokens.add("word" + i);
    }
    float[] scores = new float[vocabulary];
    int[] types = new int[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      scores[i] = -i;
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
    }
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.architecture", "llama")
            .put("llama.context_length", GgufValue.uint32(512))
            .put("llama.embedding_length", GgufValue.uint32(HIDDEN))
            .put("llama.block_count", GgufValue.uint32(1))
            .put("llama.feed_forward_length", GgufValue.uint32(96))
            .put("llama.attention.head_count", GgufValue.uint32(4))
            .put("llama.attention.layer_norm_rms_epsilon", GgufValue.float32(1e-5f))
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.tokens", GgufArray.ofStrings(tokens))
            .put("tokenizer.ggml.scores", GgufArray.ofFloats(scores))
            .put("tokenizer.ggml.token_type", GgufArray.ofInts(types))
            .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(1))
            .put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2))
            .put("tokenizer.ggml.unknown_token_id", GgufValue.uint32(0))
            .build();
    var writer = new GgufWriter(metadata);
    var random = new Random(4);
    matrix(writer, "token_embd.weight", HIDDEN, vocabulary, random);
    matrix(writer, "output.weight", HIDDEN, vocabulary, random);
    norm(writer, "output_norm.weight");
    norm(writer, "blk.0.attn_norm.weight");
    norm(writer, "blk.0.ffn_norm.weight");
    for (String role : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
      matrix(writer, "blk.0." + role + ".weight", HIDDEN, HIDDEN, random);
    }
    matrix(writer, "blk.0.ffn_gate.weight", HIDDEN, 96, random);
    matrix(writer, "blk.0.ffn_up.weight", HIDDEN, 96, random);
    matrix(writer, "blk.0.ffn_down.weight", 96, HIDDEN, random);
    writer.write(target);
  }

  private static void matrix(GgufWriter writer, String name, int columns, int rows, Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * columns * rows).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putShort(Float.floatToFloat16((float) (0.2 * random.nextGaussian())));
    }
    writer.add(
        name,
        TensorType.F16,
        List.of((long) columns, (long) rows),
        channel -> channel.write(bytes.flip()));
  }

  private static void norm(GgufWriter writer, String name) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * HIDDEN).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(1);
    }
    writer.add(
        name, TensorType.F32, List.of((long) HIDDEN), channel -> channel.write(bytes.flip()));
  }
}
