package org.blossomlm.data.teacher;

/**
 * How likely a model finds a text.
 *
 * @param logProbabilities natural logarithms, one for each token of the text in order; the first
 *     token has none where nothing stands before it, that is in a text alone for a model without
 *     BOS
 * @param key under which the call cache has it
 * @param cached whether it was computed in an earlier run
 */
public record TextScore(float[] logProbabilities, String key, boolean cached) {
  /** Tokens that were scored. */
  public int tokens() {
    return logProbabilities.length;
  }

  /**
   * Mean negative log-probability of the last {@code tokens} tokens, in nats.
   *
   * @throws IllegalArgumentException if there are not so many, or none
   */
  public double loss(int tokens) {
    if (tokens < 1 || tokens > logProbabilities.length) {
      throw new IllegalArgumentException(
          "tokens: found %d, allowed 1 … %d".formatted(tokens, logProbabilities.length));
    }
    double sum = 0;
    for (int i = logProbabilities.length - tokens; i < logProbabilities.length; i++) {
      sum -= logProbabilities[i];
    }
    return sum / tokens;
  }
}
