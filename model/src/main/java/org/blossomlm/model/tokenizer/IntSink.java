package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/** A growing array of ids. */
final class IntSink {
  private int[] ids;
  private int size;

  IntSink(int capacity) {
    ids = new int[Math.max(16, capacity)];
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, grow(size + 1));
    }
    ids[size++] = id;
  }

  void add(int[] source, int from, int count) {
    if (size + count > ids.length) {
      ids = Arrays.copyOf(ids, grow(size + count));
    }
    System.arraycopy(source, from, ids, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  int[] array() {
    return ids;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  private static int grow(int needed) {
    return Math.max(needed, needed + (needed >> 1));
  }
}
