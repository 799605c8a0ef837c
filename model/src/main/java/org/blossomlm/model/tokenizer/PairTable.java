package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/** Counts of pairs of neighbouring ids, and the words in which a pair has just come into being. */
final class PairTable {
  private static final int[] NONE = new int[0];

  private long[] keys = new long[1 << 16];
  private long[] counts = new long[1 << 16];
  private int[][] words = new int[1 << 16][];
  private int[] wordCounts = new int[1 << 16];
  private int[] slots = new int[1 << 18];
  private int size;
  private int[] grown = new int[1 << 10];
  private int grownSize;

  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  static int left(long pair) {
    return (int) (pair >>> 32);
  }

  static int right(long pair) {
    return (int) pair;
  }

  long count(long pair) {
    int slot = find(pair);
    return slots[slot] == 0 ? 0 : counts[slots[slot] - 1];
  }

  /** Changes the count of a pair; where it rises, {@code word} is one in which it is new. */
  void change(int left, int right, long change, int word) {
    long pair = pair(left, right);
    int slot = find(pair);
    int entry = slots[slot] - 1;
    if (entry < 0) {
      entry = insert(pair, slot);
    }
    counts[entry] += change;
    if (change > 0) {
      int n = wordCounts[entry];
      if (n == 0) {
        if (grownSize == grown.length) {
          grown = Arrays.copyOf(grown, 2 * grownSize);
        }
        grown[grownSize++] = entry;
      } else if (words[entry][n - 1] == word) {
        return;
      }
      if (n == words[entry].length) {
        words[entry] = Arrays.copyOf(words[entry], Math.max(2, 2 * n));
      }
      words[entry][n] = word;
      wordCounts[entry] = n + 1;
    }
  }

  /** Hands over all pairs that have grown since the last time. */
  void takeGrown(GrownPair consumer) {
    for (int i = 0; i < grownSize; i++) {
      int entry = grown[i];
      int[] in = Arrays.copyOf(words[entry], wordCounts[entry]);
      words[entry] = NONE;
      wordCounts[entry] = 0;
      consumer.accept(keys[entry], counts[entry], in);
    }
    grownSize = 0;
  }

  /** Receives a pair, its count and the words in which it is new. */
  @FunctionalInterface
  interface GrownPair {
    void accept(long pair, long count, int[] words);
  }

  private int find(long pair) {
    int mask = slots.length - 1;
    int slot = mix(pair) & mask;
    while (slots[slot] != 0 && keys[slots[slot] - 1] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int insert(long pair, int slot) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      words = Arrays.copyOf(words, 2 * size);
      wordCounts = Arrays.copyOf(wordCounts, 2 * size);
    }
    int entry = size++;
    keys[entry] = pair;
    words[entry] = NONE;
    slots[slot] = size;
    if (2 * size > slots.length) {
      int[] larger = new int[2 * slots.length];
      slots = larger;
      for (int i = 0; i < size; i++) {
        slots[find(keys[i])] = i + 1;
      }
    }
    return entry;
  }

  private static int mix(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return (int) (mixed ^ mixed >>> 32);
  }
}
