package org.blossomlm.engine;

import java.util.Arrays;

/**
 * Tokens for one forward pass, possibly of several sequences. Tokens of one sequence stand in order
 * of their positions, and a position's predecessors are either in its cache or earlier in the
 * batch.
 */
final class Batch {
  private int size;
  private int[] tokens = new int[16];
  private int[] positions = new int[16];
  private boolean[] wanted = new boolean[16];
  private KvCache[] caches = new KvCache[16];

  void clear() {
    Arrays.fill(caches, 0, size, null);
    size = 0;
  }

  /**
   * @param wantLogits whether the logits after this token are needed
   */
  void add(KvCache cache, int token, int position, boolean wantLogits) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
      positions = Arrays.copyOf(positions, 2 * size);
      wanted = Arrays.copyOf(wanted, 2 * size);
      caches = Arrays.copyOf(caches, 2 * size);
    }
    tokens[size] = token;
    positions[size] = position;
    wanted[size] = wantLogits;
    caches[size] = cache;
    size++;
  }

  int size() {
    return size;
  }

  int token(int i) {
    return tokens[i];
  }

  int position(int i) {
    return positions[i];
  }

  boolean wantsLogits(int i) {
    return wanted[i];
  }

  KvCache cache(int i) {
    return caches[i];
  }
}
