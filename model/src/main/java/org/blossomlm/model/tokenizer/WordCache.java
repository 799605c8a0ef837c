package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/**
 * Remembers how words were merged. Bounded: when it is full it forgets everything, which for text
 * in natural language happens rarely. Not thread-safe.
 */
final class WordCache {
  /** Longer words hardly ever come again. */
  static final int LONGEST = 32;

  private static final int SLOTS = 1 << 14;
  private static final int MOST_ENTRIES = SLOTS / 2;
  private static final int PROBES = SLOTS - 1;

  /** Index of an entry plus one, or 0. */
  private final int[] slots = new int[SLOTS];

  private final int[] hashes = new int[MOST_ENTRIES];
  private final int[] textEnds = new int[MOST_ENTRIES + 1];
  private final int[] idEnds = new int[MOST_ENTRIES + 1];
  private char[] texts = new char[8 * MOST_ENTRIES];
  private int[] ids = new int[4 * MOST_ENTRIES];
  private int size;

  static int hash(char[] s, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + s[i];
    }
    hash *= 0x9E3779B1;
    return hash ^ hash >>> 15;
  }

  /** Adds the ids of the word to {@code sink} if it is known. */
  boolean find(char[] s, int from, int to, int hash, IntSink sink) {
    int slot = hash & PROBES;
    while (slots[slot] != 0) {
      int entry = slots[slot] - 1;
      if (hashes[entry] == hash
          && Arrays.equals(s, from, to, texts, textEnds[entry], textEnds[entry + 1])) {
        sink.add(ids, idEnds[entry], idEnds[entry + 1] - idEnds[entry]);
        return true;
      }
      slot = slot + 1 & PROBES;
    }
    return false;
  }

  /** Remembers a word that is not known yet. */
  void put(char[] s, int from, int to, int hash, int[] symbols, int idFrom, int idTo) {
    if (size == MOST_ENTRIES) {
      Arrays.fill(slots, 0);
      size = 0;
    }
    int textStart = textEnds[size];
    int textEnd = textStart + to - from;
    if (textEnd > texts.length) {
      texts = Arrays.copyOf(texts, textEnd + (textEnd >> 1));
    }
    System.arraycopy(s, from, texts, textStart, to - from);
    int idStart = idEnds[size];
    int idEnd = idStart + idTo - idFrom;
    if (idEnd > ids.length) {
      ids = Arrays.copyOf(ids, idEnd + (idEnd >> 1));
    }
    System.arraycopy(symbols, idFrom, ids, idStart, idTo - idFrom);
    hashes[size] = hash;
    size++;
    textEnds[size] = textEnd;
    idEnds[size] = idEnd;
    int slot = hash & PROBES;
    while (slots[slot] != 0) {
      slot = slot + 1 & PROBES;
    }
    slots[slot] = size;
  }
}
