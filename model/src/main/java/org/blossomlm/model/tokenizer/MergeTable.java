package org.blossomlm.model.tokenizer;

/**
 * Which pairs of neighbouring symbols merge, how early, and into what. An open-addressing hash
 * table over two ints packed into a long: looking a pair up touches one or two cache lines, which
 * is most of what tokenizing costs.
 */
final class MergeTable {
  /** What {@link #find} gives for a pair that does not merge; its rank is past all others. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /** Keys at even, values at odd places. */
  private long[] table;

  private int shift;
  private int size;

  MergeTable(int expected) {
    allocate(Math.max(4, 64 - Long.numberOfLeadingZeros(Math.max(1L, expected) * 2 - 1)));
  }

  /** The rank of a value of {@link #find}: smaller merges first. */
  static int rank(long value) {
    return (int) (value >>> 32);
  }

  /** The symbol that a value of {@link #find} merges into. */
  static int result(long value) {
    return (int) value;
  }

  /** Adds a pair; one that is there already gets the new rank and result. */
  void put(int left, int right, int rank, int result) {
    if (size >= table.length / 4) {
      grow();
    }
    long key = key(left, right);
    int slot = slot(key);
    if (table[slot] == EMPTY) {
      table[slot] = key;
      size++;
    }
    table[slot + 1] = (long) rank << 32 | result;
  }

  /** Rank and result of the pair, or {@link #NONE}. */
  long find(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    return table[slot] == EMPTY ? NONE : table[slot + 1];
  }

  int size() {
    return size;
  }

  private int slot(long key) {
    int mask = table.length - 1;
    int slot = (int) ((key * GOLDEN_RATIO) >>> shift) << 1;
    while (table[slot] != key && table[slot] != EMPTY) {
      slot = slot + 2 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] old = table;
    allocate(64 - shift + 1);
    for (int i = 0; i < old.length; i += 2) {
      if (old[i] != EMPTY) {
        int slot = slot(old[i]);
        table[slot] = old[i];
        table[slot + 1] = old[i + 1];
      }
    }
  }

  private void allocate(int bits) {
    table = new long[2 << bits];
    for (int i = 0; i < table.length; i += 2) {
      table[i] = EMPTY;
    }
    shift = 64 - bits;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
