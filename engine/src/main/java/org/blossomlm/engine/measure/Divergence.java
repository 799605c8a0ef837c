package org.blossomlm.engine.measure;

import java.util.Arrays;

/** Collects what differs between two models, position by position. */
final class Divergence {
  private final LogLikelihood reference = new LogLikelihood();
  private final LogLikelihood model = new LogLikelihood();
  private float[] divergences = new float[1024];
  private float[] changes = new float[1024];
  private int count;
  private int sameTop;
  private double squaredChange;

  /**
   * @param base log-probabilities of the reference
   * @param logits of the model
   * @param vocabulary tokens that both know
   * @param next the true token
   */
  void add(float[] base, float[] logits, int vocabulary, int next) {
    double normaliser = LogSoftmax.normaliser(logits, vocabulary);
    double divergence = 0;
    for (int i = 0; i < vocabulary; i++) {
      double logProbability = base[i];
      // Below e^-16 a base file keeps no differences.
      if (logProbability > -16) {
        divergence += Math.exp(logProbability) * (logProbability - (logits[i] - normaliser));
      }
    }
    double before = base[next];
    double after = logits[next] - normaliser;
    double change = Math.exp(after) - Math.exp(before);
    if (count == divergences.length) {
      divergences = Arrays.copyOf(divergences, 2 * count);
      changes = Arrays.copyOf(changes, 2 * count);
    }
    divergences[count] = (float) divergence;
    changes[count] = (float) change;
    count++;
    reference.add(before);
    model.add(after);
    squaredChange += change * change;
    if (LogSoftmax.argmax(base, vocabulary) == LogSoftmax.argmax(logits, vocabulary)) {
      sameTop++;
    }
  }

  double perplexity() {
    return model.perplexity();
  }

  DivergenceReport report(int chunks) {
    double same = (double) sameTop / count;
    return new DivergenceReport(
        reference.score(chunks),
        model.score(chunks),
        Distribution.of(Arrays.copyOf(divergences, count)),
        Distribution.of(Arrays.copyOf(changes, count)),
        Math.sqrt(squaredChange / count),
        same,
        Math.sqrt(same * (1 - same) / Math.max(1, count - 1)));
  }
}
