package org.blossomlm.data.dedup;

import java.util.Arrays;

/**
 * The set of a text's shingles (Broder 1997): hashes of all runs of {@code n} tokens, {@code
 * characters} of them in a text that is mostly Chinese and {@code words} in others. A text with
 * fewer tokens has one shingle, itself.
 *
 * @param characters tokens of a shingle in Chinese text
 * @param words tokens of a shingle in other text
 */
record Shingles(int characters, int words) {
  private static final long BASE = 0x9FB21C651E98DF25L;

  /** The hashes, not sorted, repeated where a shingle is; empty where the text has no token. */
  long[] of(Tokens tokens) {
    int n = tokens.isChinese() ? characters : words;
    return runs(tokens, n);
  }

  /** Hashes of all runs of {@code n} tokens; of all tokens where there are fewer. */
  static long[] runs(Tokens tokens, int n) {
    int size = tokens.size();
    if (size == 0) {
      return new long[0];
    }
    int length = Math.min(n, size);
    long[] hashes = tokens.hashes();
    long[] runs = new long[size - length + 1];
    long top = 1;
    for (int i = 1; i < length; i++) {
      top *= BASE;
    }
    long hash = 0;
    for (int i = 0; i < size; i++) {
      if (i >= length) {
        hash -= hashes[i - length] * top;
      }
      hash = hash * BASE + hashes[i];
      if (i >= length - 1) {
        runs[i - length + 1] = Tokens.mix(hash);
      }
    }
    return runs;
  }

  /** {@code hashes} sorted, each once. */
  static long[] set(long[] hashes) {
    long[] sorted = hashes.clone();
    Arrays.sort(sorted);
    int size = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[size++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, size);
  }

  /** What two sets share, of what either has; 0 where one is empty. */
  static double jaccard(long[] a, long[] b) {
    int i = 0;
    int j = 0;
    int shared = 0;
    while (i < a.length && j < b.length) {
      if (a[i] == b[j]) {
        shared++;
        i++;
        j++;
      } else if (a[i] < b[j]) {
        i++;
      } else {
        j++;
      }
    }
    int all = a.length + b.length - shared;
    return all == 0 ? 0 : (double) shared / all;
  }
}
