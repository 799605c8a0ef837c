package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/**
 * Merges a row of symbols until no neighbours merge: always the pair of the smallest rank, and the
 * leftmost of those (Sennrich et al. 2016, Neural Machine Translation of Rare Words with Subword
 * Units; the same loop with ranks made of scores is SentencePiece's BPE).
 *
 * <p>Short rows, which is nearly all words, are scanned for the minimum in arrays that stay in the
 * first-level cache. Long rows use a binary heap over a linked list, so a megabyte without a space
 * costs O(n log n). A heap entry is not removed when its pair disappears; it is recognised as stale
 * because the pair that is then at its place has another rank.
 *
 * <p>Working memory that is used again and again; not thread-safe.
 */
final class Merger {
  private static final int SHORT_ROW = 64;
  private static final int GONE = -1;

  private int[] symbols = new int[256];
  private long[] pairs = new long[256];
  private int size;

  private int[] next = new int[0];
  private int[] previous = new int[0];
  private long[] heap = new long[0];
  private int heapSize;

  void clear() {
    size = 0;
  }

  void add(int symbol) {
    if (size == symbols.length) {
      symbols = Arrays.copyOf(symbols, size + (size >> 1));
      pairs = new long[symbols.length];
    }
    symbols[size++] = symbol;
  }

  /** The symbols; the first {@link #size()} count. */
  int[] symbols() {
    return symbols;
  }

  int size() {
    return size;
  }

  /** Merges the symbols that were added since {@link #clear()}. */
  void merge(MergeTable table) {
    if (size < 2) {
      return;
    }
    if (size <= SHORT_ROW) {
      mergeShort(table);
    } else {
      mergeLong(table);
    }
  }

  private void mergeShort(MergeTable table) {
    int[] s = symbols;
    long[] p = pairs;
    int last = size - 1;
    for (int i = 0; i < last; i++) {
      p[i] = table.find(s[i], s[i + 1]);
    }
    while (true) {
      int at = -1;
      int least = Integer.MAX_VALUE;
      for (int i = 0; i < last; i++) {
        int rank = MergeTable.rank(p[i]);
        if (rank < least) {
          least = rank;
          at = i;
        }
      }
      if (at < 0) {
        break;
      }
      s[at] = MergeTable.result(p[at]);
      int moved = last - at - 1;
      System.arraycopy(s, at + 2, s, at + 1, moved);
      if (moved > 0) {
        System.arraycopy(p, at + 2, p, at + 1, moved - 1);
      }
      last--;
      if (at > 0) {
        p[at - 1] = table.find(s[at - 1], s[at]);
      }
      if (at < last) {
        p[at] = table.find(s[at], s[at + 1]);
      }
    }
    size = last + 1;
  }

  private void mergeLong(MergeTable table) {
    if (next.length < size) {
      next = new int[symbols.length];
      previous = new int[symbols.length];
    }
    heapSize = 0;
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      pairs[i] = i + 1 < size ? table.find(symbols[i], symbols[i + 1]) : MergeTable.NONE;
      append(i);
    }
    for (int i = heapSize / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
    while (heapSize > 0) {
      long top = pop();
      int at = (int) top;
      if (symbols[at] == GONE || MergeTable.rank(pairs[at]) != (int) (top >>> 32)) {
        continue;
      }
      mergeAt(table, at);
    }
    int kept = 0;
    for (int i = 0; i < size; i = next[i]) {
      symbols[kept++] = symbols[i];
    }
    size = kept;
  }

  private void mergeAt(MergeTable table, int at) {
    int right = next[at];
    int after = next[right];
    symbols[at] = MergeTable.result(pairs[at]);
    symbols[right] = GONE;
    next[at] = after;
    pairs[at] = MergeTable.NONE;
    if (after < size) {
      previous[after] = at;
      pairs[at] = table.find(symbols[at], symbols[after]);
      push(at);
    }
    int before = previous[at];
    if (before >= 0) {
      pairs[before] = table.find(symbols[before], symbols[at]);
      push(before);
    }
  }

  private void push(int at) {
    int i = heapSize;
    append(at);
    if (heapSize == i) {
      return;
    }
    long entry = heap[i];
    while (i > 0 && heap[(i - 1) >> 1] > entry) {
      heap[i] = heap[(i - 1) >> 1];
      i = (i - 1) >> 1;
    }
    heap[i] = entry;
  }

  /** Adds the pair at {@code at} behind the heap, unless it does not merge. */
  private void append(int at) {
    if (pairs[at] == MergeTable.NONE) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(256, heapSize + (heapSize >> 1)));
    }
    heap[heapSize++] = (pairs[at] & 0xFFFFFFFF00000000L) | at;
  }

  private long pop() {
    long top = heap[0];
    heap[0] = heap[--heapSize];
    siftDown(0);
    return top;
  }

  private void siftDown(int from) {
    if (from >= heapSize) {
      return;
    }
    long entry = heap[from];
    int i = from;
    while (true) {
      int child = 2 * i + 1;
      if (child >= heapSize) {
        break;
      }
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= entry) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = entry;
  }

  /** Units of memory held, so that a huge text does not keep its memory for ever. */
  int capacity() {
    return symbols.length;
  }
}
