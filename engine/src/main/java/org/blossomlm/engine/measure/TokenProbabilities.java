package org.blossomlm.engine.measure;

import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;

/** How likely a model finds the tokens of a sequence, each given all those before it. */
public final class TokenProbabilities {
  private TokenProbabilities() {}

  /**
   * Natural logarithms of the probabilities of {@code tokens[from]} and all tokens after it.
   *
   * @param session of {@code model}; what it holds is forgotten
   * @param from at least 1: what stands first is not predicted by anything
   * @return {@code tokens.length - from} numbers, none above 0
   * @throws IllegalArgumentException if {@code from} is no position of a predicted token
   * @throws org.blossomlm.engine.ContextLengthException if the session cannot hold the tokens
   * @throws org.blossomlm.model.ModelException if the model's logits are no numbers
   */
  public static double[] logarithms(LanguageModel model, Session session, int[] tokens, int from) {
    if (from < 1 || from > tokens.length) {
      throw new IllegalArgumentException(
          "from: found %d, allowed 1 … %d".formatted(from, tokens.length));
    }
    var logarithms = new double[tokens.length - from];
    ScoredRows.of(
        session,
        tokens,
        from - 1,
        (row, logits, next) ->
            logarithms[row] =
                logits[next] - LogSoftmax.normaliser(logits, ScoredRows.vocabulary(model, logits)));
    return logarithms;
  }
}
