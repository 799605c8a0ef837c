package org.blossomlm.engine.measure;

import org.blossomlm.model.ModelException;

/** Logits as natural logarithms of probabilities. */
final class LogSoftmax {
  private LogSoftmax() {}

  /**
   * What to take from a logit to get the logarithm of its probability.
   *
   * @param count of logits that belong to tokens
   * @throws ModelException if a logit is not finite
   */
  static double normaliser(float[] logits, int count) {
    float max = logits[argmax(logits, count)];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp(logits[i] - max);
    }
    if (!Double.isFinite(sum)) {
      throw new ModelException(
          "the model's logits are no numbers: its weights are damaged, or it was quantised with too"
              + " little precision");
    }
    return max + Math.log(sum);
  }

  /** The likeliest token; the first of equals. */
  static int argmax(float[] logits, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
