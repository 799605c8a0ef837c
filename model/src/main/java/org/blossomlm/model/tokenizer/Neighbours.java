package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/**
 * Which characters stand next to each other in some token. A set of pairs that keeps one bit of a
 * hash for each: it may say yes wrongly, but never no.
 */
final class Neighbours {
  private static final int MOST_BITS = 24;

  private final long[] bits;
  private final int shift;

  /**
   * @param expected about how many pairs will be added
   */
  Neighbours(long expected) {
    int log = 64 - Long.numberOfLeadingZeros(Math.max(64, expected * 16) - 1);
    int size = Math.min(MOST_BITS, log);
    bits = new long[1 << (size - 6)];
    shift = 64 - size;
  }

  /** Any two characters may be neighbours. */
  static Neighbours any() {
    Neighbours all = new Neighbours(1);
    Arrays.fill(all.bits, -1L);
    return all;
  }

  /** Adds every pair of neighbouring characters of a token. */
  void add(String token) {
    for (int i = 0; i < token.length(); ) {
      int left = token.codePointAt(i);
      i += Character.charCount(left);
      if (i < token.length()) {
        int bit = bit(left, token.codePointAt(i));
        bits[bit >> 6] |= 1L << bit;
      }
    }
  }

  boolean mayJoin(int left, int right) {
    int bit = bit(left, right);
    return (bits[bit >> 6] >>> bit & 1) != 0;
  }

  private int bit(int left, int right) {
    return (int) ((((long) left << 21 | right) * 0x9E3779B97F4A7C15L) >>> shift);
  }
}
