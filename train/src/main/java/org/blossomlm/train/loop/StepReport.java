package org.blossomlm.train.loop;

/**
 * One step.
 *
 * @param loss mean of the learnt tokens, in nats
 * @param gradientNorm before clipping
 * @param tokens read, padding included
 * @param learntTokens that have a target
 * @param verdict whether weights were changed
 */
public record StepReport(
    long step,
    long totalSteps,
    double loss,
    double learningRate,
    double gradientNorm,
    long tokens,
    long learntTokens,
    double seconds,
    SpikeGuard.Verdict verdict) {
  /** Tokens read in a second. */
  public double tokensPerSecond() {
    return tokens / Math.max(1e-9, seconds);
  }
}
