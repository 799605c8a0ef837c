package org.blossomlm.model.tokenizer;

import java.util.Optional;

/** What a vocabulary entry is for; the numbers are those of {@code tokenizer.ggml.token_type}. */
public enum TokenKind {
  /** Text, reached by merging. */
  NORMAL(1),
  /** Stands for text that the vocabulary cannot spell. */
  UNKNOWN(2),
  /** Written by templates only; decodes to nothing. */
  CONTROL(3),
  /** Recognised as a whole before anything is merged; decodes to its own text. */
  USER_DEFINED(4),
  /** Reserved. */
  UNUSED(5),
  /** One byte, spelt {@code <0x0A>}. */
  BYTE(6);

  private final int ggufId;

  TokenKind(int ggufId) {
    this.ggufId = ggufId;
  }

  /** The number in {@code tokenizer.ggml.token_type}. */
  public int ggufId() {
    return ggufId;
  }

  /** Control and unknown tokens: no text of their own. */
  public boolean special() {
    return this == CONTROL || this == UNKNOWN;
  }

  public static Optional<TokenKind> ofGgufId(int id) {
    for (TokenKind kind : values()) {
      if (kind.ggufId == id) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
