package org.blossomlm.model.chat;

import java.util.List;
import java.util.OptionalLong;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValueType;

/**
 * The texts of the special tokens that templates may write.
 *
 * @param bos begins a sequence; empty where the model has none
 * @param eos ends a turn; empty where the model has none
 */
public record SpecialTokens(String bos, String eos) {
  private static final String VOCABULARY = "tokenizer.ggml.tokens";
  private static final GgufArray NO_TOKENS = GgufArray.ofStrings(List.of());

  /**
   * The tokens that the vocabulary of a GGUF file names.
   *
   * @throws ModelException if an id lies outside the vocabulary
   */
  public static SpecialTokens of(GgufMetadata metadata) {
    return new SpecialTokens(
        token(metadata, "tokenizer.ggml.bos_token_id"),
        token(metadata, "tokenizer.ggml.eos_token_id"));
  }

  /** One element of the vocabulary; decoding all of it is the tokenizer's work. */
  private static String token(GgufMetadata metadata, String key) {
    OptionalLong id = metadata.integer(key);
    if (id.isEmpty()) {
      return "";
    }
    GgufArray vocabulary =
        metadata.value(VOCABULARY).orElse(NO_TOKENS) instanceof GgufArray array
                && array.elementType() == GgufValueType.STRING
            ? array
            : NO_TOKENS;
    if (id.getAsLong() < 0 || id.getAsLong() >= vocabulary.length()) {
      throw new ModelException(
          key
              + ": found "
              + id.getAsLong()
              + ", allowed is 0 to "
              + (vocabulary.length() - 1)
              + " ("
              + VOCABULARY
              + ")");
    }
    return vocabulary.get((int) id.getAsLong()).toString();
  }
}
