package org.blossomlm.train.loop;

/**
 * A pass over what is held out.
 *
 * @param loss mean of the learnt tokens, in nats
 * @param best whether none before was lower
 */
public record EvaluationReport(long step, double loss, long learntTokens, boolean best) {
  /** How many tokens the model hesitates between. */
  public double perplexity() {
    return Math.exp(loss);
  }
}
