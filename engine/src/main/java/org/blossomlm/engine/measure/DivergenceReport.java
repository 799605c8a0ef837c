package org.blossomlm.engine.measure;

/**
 * How the predictions of a model differ from those of a reference.
 *
 * @param reference perplexity of the reference
 * @param model perplexity of the model
 * @param divergence Kullback-Leibler divergence of the model's distribution from the reference's,
 *     in nats, over all scored positions
 * @param change of the probability that the true token gets: model minus reference, 0 to 1
 * @param rmsChange root mean square of that change
 * @param sameTop part of the positions at which both find the same token likeliest
 * @param sameTopError standard error of {@code sameTop}
 */
public record DivergenceReport(
    PerplexityScore reference,
    PerplexityScore model,
    Distribution divergence,
    Distribution change,
    double rmsChange,
    double sameTop,
    double sameTopError) {

  /** The logarithm of the ratio of the perplexities: what quantising cost, in nats per token. */
  public double logRatio() {
    return Math.log(model.perplexity() / reference.perplexity());
  }
}
