package org.blossomlm.engine.measure;

/** Mean and spread of the negative log-probabilities of true tokens. */
final class LogLikelihood {
  private final Moments moments = new Moments();

  /**
   * @param logProbability natural logarithm of what the model gave the true token
   */
  void add(double logProbability) {
    moments.add(-logProbability);
  }

  double perplexity() {
    return Math.exp(moments.mean());
  }

  PerplexityScore score(int chunks) {
    double perplexity = perplexity();
    // The error of the mean, carried through the exponential.
    return new PerplexityScore(
        perplexity, moments.standardError() * perplexity, moments.count(), chunks);
  }
}
