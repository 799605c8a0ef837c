package org.blossomlm.model.chat;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A SentencePiece vocabulary of bytes and a few control tokens. */
final class TestTokenizers {
  private TestTokenizers() {}

  static GgufMetadata.Builder metadata() {
    List<String> tokens =
        new ArrayList<>(List.of("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"));
    for (int i = 0; i < 256; i++) {
      tokens.add("<0x%02X>".formatted(i));
    }
    tokens.add("▁");
    tokens.add("▁a");
    tokens.add("a");
    int[] types = new int[tokens.size()];
    float[] scores = new float[tokens.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = i == 0 ? 2 : i < 5 ? 3 : i < 261 ? 6 : 1;
    }
    return GgufMetadata.builder()
        .put("tokenizer.ggml.model", GgufValue.text("llama"))
        .put("tokenizer.ggml.add_space_prefix", GgufValue.bool(false))
        .put("tokenizer.ggml.tokens", GgufArray.ofStrings(tokens))
        .put("tokenizer.ggml.scores", GgufArray.ofFloats(scores))
        .put("tokenizer.ggml.token_type", GgufArray.ofInts(types))
        .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(1))
        .put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2));
  }

  static Tokenizer tokenizer() {
    return Tokenizer.fromGguf(metadata().build());
  }
}
