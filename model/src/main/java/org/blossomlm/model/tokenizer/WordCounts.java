package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/** How often each word occurs: bytes to counts, in the order in which words were first seen. */
final class WordCounts {
  private byte[] bytes = new byte[1 << 16];
  private int[] ends = new int[1 << 12];
  private int[] hashes = new int[1 << 12];
  private long[] counts = new long[1 << 12];
  private int[] slots = new int[1 << 14];
  private int size;

  int size() {
    return size;
  }

  /** Bytes of all words together. */
  int byteSize() {
    return size == 0 ? 0 : ends[size - 1];
  }

  int start(int word) {
    return word == 0 ? 0 : ends[word - 1];
  }

  int end(int word) {
    return ends[word];
  }

  byte[] bytes() {
    return bytes;
  }

  long count(int word) {
    return counts[word];
  }

  /** Counts the word {@code [from, to)} of {@code source}. */
  void add(byte[] source, int from, int to, long count) {
    int hash = hash(source, from, to);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != 0) {
      int word = slots[slot] - 1;
      if (hashes[word] == hash && Arrays.equals(bytes, start(word), ends[word], source, from, to)) {
        counts[word] += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    insert(source, from, to, hash, count, slot);
  }

  private void insert(byte[] source, int from, int to, int hash, long count, int slot) {
    int start = byteSize();
    int end = Math.addExact(start, to - from);
    if (end > bytes.length) {
      bytes =
          Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * start)));
    }
    System.arraycopy(source, from, bytes, start, to - from);
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, 2 * size);
      hashes = Arrays.copyOf(hashes, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    ends[size] = end;
    hashes[size] = hash;
    counts[size] = count;
    slots[slot] = ++size;
    if (2 * size > slots.length) {
      rehash();
    }
  }

  private void rehash() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int word = 0; word < size; word++) {
      int slot = hashes[word] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = word + 1;
    }
  }

  /** Adds all words of {@code other}, in its order. */
  void addAll(WordCounts other) {
    for (int word = 0; word < other.size; word++) {
      add(other.bytes, other.start(word), other.ends[word], other.counts[word]);
    }
  }

  /** The words that occur more often than {@code most}. */
  WordCounts without(long most) {
    WordCounts kept = new WordCounts();
    for (int word = 0; word < size; word++) {
      if (counts[word] > most) {
        kept.add(bytes, start(word), ends[word], counts[word]);
      }
    }
    return kept;
  }

  private static int hash(byte[] source, int from, int to) {
    int hash = 0x811C9DC5; // FNV-1a, finished so that the low bits depend on all.
    for (int i = from; i < to; i++) {
      hash = (hash ^ (source[i] & 0xFF)) * 0x01000193;
    }
    hash ^= hash >>> 16;
    hash *= 0x85EBCA6B;
    return hash ^ (hash >>> 13);
  }
}
