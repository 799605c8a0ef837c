package org.blossomlm.engine.measure;

import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;

/** Runs a model over the chunks of a text and hands over the predictions that are scored. */
final class ScoredRows {
  private ScoredRows() {}

  /** Receives predictions; the array is valid during the call only. */
  @FunctionalInterface
  interface Consumer {
    /**
     * One prediction.
     *
     * @param row of the chunk, from 0
     * @param logits after the token before {@code next}
     * @param next the true next token
     */
    void accept(int row, float[] logits, int next);
  }

  /** Evaluates one chunk in an empty context. */
  static void ofChunk(Session session, TextChunks text, int chunk, Consumer consumer) {
    of(session, text.chunk(chunk), text.first(), consumer);
  }

  /**
   * Evaluates a sequence in an empty context.
   *
   * @param first position whose prediction is handed over; it is of the token after it
   */
  static void of(Session session, int[] tokens, int first, Consumer consumer) {
    session.logits(
        tokens,
        first,
        (position, logits) -> {
          if (position < tokens.length - 1) {
            consumer.accept(position - first, logits, tokens[position + 1]);
          }
        });
  }

  /** Logits that belong to tokens: matrices may be padded with rows that do not. */
  static int vocabulary(LanguageModel model, float[] logits) {
    return Math.min(logits.length, model.tokenizer().vocabularySize());
  }
}
