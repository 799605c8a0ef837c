package org.blossomlm.engine;

import org.blossomlm.model.ModelException;

/**
 * The tokens that may still be drawn, and the steps that make them fewer. A token and its logit
 * live in one long whose natural order is the order of rank: the larger logit first, then the lower
 * id. So ties are settled the same way everywhere, and selecting and sorting are plain work on
 * longs.
 *
 * <p>As in llama.cpp every step sees the probabilities of what the step before it left, normalised
 * again, and leaves at least one token. Sums are kept in double. Nothing is allocated once the
 * buffers have grown to the size of the vocabulary.
 */
final class Candidates {
  private static final int SPARE = 1024;

  /**
   * A sum or share this near to its border, relatively, is on it: logits are floats, so the
   * probabilities 0.5, 0.3 and 0.2 never sum to 0.8 exactly.
   */
  private static final double SLACK = 1e-6;

  private final LazySort tokens = new LazySort();
  private final LazySort deviations = new LazySort();
  private int[] positions = new int[0];
  private double[] cumulative = new double[0];
  private float[] logits = {};
  private float max;

  /**
   * Starts over with the {@code topK} best of the first {@code count} logits; 0 or less takes all.
   * Tokens at minus infinity are never candidates. The array must stay as it is until the draw.
   *
   * @throws ModelException if a logit is NaN or plus infinity, or all are minus infinity
   */
  void load(float[] logits, int count, int topK) {
    this.logits = logits;
    int k = topK <= 0 ? count : Math.min(topK, count);
    int capacity = (int) Math.min(count, 2L * k + SPARE);
    tokens.clear(capacity);
    float floor = Float.NEGATIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < count; id++) {
      float logit = logits[id];
      if (logit > floor) {
        if (tokens.size() == capacity) {
          // A later token that ties with the last one kept has the higher id and loses.
          floor = logit(tokens.keepSmallest(k));
          if (logit <= floor) {
            continue;
          }
        }
        tokens.add(pack(id, logit));
        largest = Math.max(largest, logit);
      } else if (Float.isNaN(logit)) {
        throw unusable(id, logit);
      }
    }
    if (largest == Float.POSITIVE_INFINITY) {
      throw unusable(id(tokens.ranked(0)), largest);
    }
    if (tokens.size() == 0) {
      throw new ModelException(
          "no token can be chosen: all "
              + count
              + " logits are -Infinity; a logit bias rules out everything, or the model is damaged");
    }
    if (tokens.size() > k) {
      tokens.keepSmallest(k);
    }
    max = largest;
  }

  static ModelException unusable(int id, float logit) {
    return new ModelException(
        "the logit of token "
            + id
            + " is "
            + logit
            + " where a finite number is expected; the model file is damaged, or its activations"
            + " overflowed");
  }

  int size() {
    return tokens.size();
  }

  /** The token of a rank, 0 for the likeliest. */
  int id(int rank) {
    return id(tokens.ranked(rank));
  }

  /** The logit of the token of a rank. */
  float logit(int rank) {
    return logit(tokens.ranked(rank));
  }

  /**
   * Locally typical sampling (Meister et al., "Locally Typical Sampling", 2022): keeps the smallest
   * set of probability {@code mass} or more whose surprisal is nearest to the entropy.
   */
  void typicalP(double mass) {
    if (mass >= 1) {
      return;
    }
    int n = tokens.size();
    double total = 0;
    double weighted = 0;
    for (int i = 0; i < n; i++) {
      double relative = (double) logit(tokens.at(i)) - max;
      double weight = Math.exp(relative);
      total += weight;
      weighted += weight == 0 ? 0 : weight * relative;
    }
    // -ln p = ln total - relative and H = ln total - E[relative]: ln total cancels out.
    double expected = weighted / total;
    deviations.clear(n);
    for (int i = 0; i < n; i++) {
      deviations.add(deviation(tokens.at(i), expected));
    }
    double wanted = mass * total * (1 - SLACK);
    double sum = 0;
    int kept = 0;
    do {
      sum += Math.exp((double) logits[id(deviations.ranked(kept++))] - max);
    } while (sum < wanted && kept < n);
    keepWithin(deviations.ranked(kept - 1), expected);
  }

  private void keepWithin(long largest, double expected) {
    int n = tokens.size();
    if (positions.length < n) {
      positions = new int[n];
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
      if (deviation(tokens.at(i), expected) <= largest) {
        positions[kept++] = i;
      }
    }
    tokens.keepAt(positions, kept);
    max = logit(tokens.ranked(0));
  }

  /** How far the token's logit is from the expected one; the lower id first in a tie. */
  private long deviation(long token, double expected) {
    double relative = (double) logit(token) - max;
    return (long) rising((float) Math.abs(expected - relative)) << 32 | id(token);
  }

  /**
   * Nucleus sampling (Holtzman et al., 2020): keeps the fewest tokens whose sum is {@code mass}.
   */
  void topP(double mass) {
    if (mass >= 1) {
      return;
    }
    double total = 0;
    for (int i = 0; i < tokens.size(); i++) {
      total += weight(tokens.at(i));
    }
    double wanted = mass * total * (1 - SLACK);
    double sum = 0;
    int kept = 0;
    do {
      sum += weight(tokens.ranked(kept++));
    } while (sum < wanted && kept < tokens.size());
    tokens.keepSmallest(kept);
  }

  /** Keeps tokens at least {@code share} times as likely as the likeliest one. */
  void minP(double share) {
    if (share <= 0) {
      return;
    }
    float floor = (float) (max + Math.log(share) - SLACK);
    tokens.keepBelow(pack(0, Math.nextDown(floor)));
  }

  /**
   * Draws one token from the softmax of logits over {@code temperature}, which is more than zero.
   *
   * @param uniform in [0, 1)
   */
  int draw(double temperature, double uniform) {
    int n = tokens.size();
    if (cumulative.length < n) {
      cumulative = new double[n];
    }
    double total = 0;
    for (int i = 0; i < n; i++) {
      total += Math.exp(((double) logit(tokens.at(i)) - max) / temperature);
      cumulative[i] = total;
    }
    double target = uniform * total;
    int low = 0;
    int high = n - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulative[middle] > target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return id(tokens.at(low));
  }

  private double weight(long token) {
    return Math.exp((double) logit(token) - max);
  }

  private static long pack(int id, float logit) {
    return (long) ~rising(logit) << 32 | id;
  }

  private static int id(long token) {
    return (int) token;
  }

  private static float logit(long token) {
    int bits = ~(int) (token >> 32);
    return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }

  /** An int that compares like the float; both zeros are the same. */
  private static int rising(float value) {
    int bits = Float.floatToRawIntBits(value + 0f);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }
}
