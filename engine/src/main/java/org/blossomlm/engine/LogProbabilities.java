package org.blossomlm.engine;

import java.util.ArrayList;
import java.util.List;

/** Natural logs of the probabilities that the model itself gives, before sampling changes them. */
final class LogProbabilities {
  private final Candidates best = new Candidates();
  private final int vocabularySize;
  private final int top;

  /**
   * @param top how many of the likeliest tokens to report
   */
  LogProbabilities(int vocabularySize, int top) {
    this.vocabularySize = vocabularySize;
    this.top = top;
  }

  GeneratedToken of(float[] logits, int id) {
    int count = Math.min(logits.length, vocabularySize);
    best.load(logits, count, Math.max(1, top));
    float max = best.logit(0);
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += Math.exp((double) logits[i] - max);
    }
    double logTotal = max + Math.log(total);
    List<GeneratedToken.Alternative> alternatives = new ArrayList<>();
    for (int rank = 0; rank < Math.min(top, best.size()); rank++) {
      alternatives.add(
          new GeneratedToken.Alternative(best.id(rank), (float) (best.logit(rank) - logTotal)));
    }
    return new GeneratedToken(id, (float) (logits[id] - logTotal), List.copyOf(alternatives));
  }
}
