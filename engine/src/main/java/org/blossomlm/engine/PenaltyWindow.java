package org.blossomlm.engine;

/**
 * The last tokens of prompt and answer, and how often each occurs among them. The distinct ones
 * form a sparse set (Briggs and Torczon, 1993), so that a penalty touches only tokens that are
 * there.
 */
final class PenaltyWindow {
  private final int[] recent;
  private final int[] counts;
  private final int[] distinct;
  private final int[] slot;
  private long accepted;
  private int distinctSize;

  /**
   * @param length tokens the window holds, at least 1
   */
  PenaltyWindow(int length, int vocabularySize) {
    this.recent = new int[length];
    this.counts = new int[vocabularySize];
    this.distinct = new int[Math.min(length, vocabularySize) + 1];
    this.slot = new int[vocabularySize];
  }

  int length() {
    return recent.length;
  }

  void accept(int token) {
    int next = (int) (accepted % recent.length);
    if (counts[token]++ == 0) {
      slot[token] = distinctSize;
      distinct[distinctSize++] = token;
    }
    if (accepted >= recent.length) {
      forget(recent[next]);
    }
    recent[next] = token;
    accepted++;
  }

  private void forget(int token) {
    if (--counts[token] == 0) {
      int last = distinct[--distinctSize];
      distinct[slot[token]] = last;
      slot[last] = slot[token];
    }
  }

  /**
   * Repetition penalty (Keskar et al., "CTRL", 2019; multiplying where the logit is not positive,
   * so that it always makes a token less likely), then presence and frequency penalties as OpenAI's
   * API documents them.
   */
  void apply(float[] logits, float repeat, float presence, float frequency) {
    for (int i = 0; i < distinctSize; i++) {
      int token = distinct[i];
      if (token < logits.length) {
        float logit = logits[token];
        logit = logit > 0 ? logit / repeat : logit * repeat;
        logits[token] = logit - counts[token] * frequency - presence;
      }
    }
  }
}
