package org.blossomlm.engine;

/** A prompt is longer than the context. */
public final class ContextLengthException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int promptTokens;
  private final int contextLength;

  public ContextLengthException(int promptTokens, int contextLength) {
    super(
        "the prompt has "
            + promptTokens
            + " tokens but the context holds "
            + contextLength
            + "; shorten it or load the model with a larger context (--num-ctx)");
    this.promptTokens = promptTokens;
    this.contextLength = contextLength;
  }

  public int promptTokens() {
    return promptTokens;
  }

  public int contextLength() {
    return contextLength;
  }
}
