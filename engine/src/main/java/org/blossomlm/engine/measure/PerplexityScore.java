package org.blossomlm.engine.measure;

/**
 * How surprised a model is by a text.
 *
 * @param perplexity the exponential of the mean negative log-probability of the true tokens
 * @param error standard error of the perplexity
 * @param tokens that were scored
 * @param chunks of the text
 */
public record PerplexityScore(double perplexity, double error, long tokens, int chunks) {}
