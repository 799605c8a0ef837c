package org.blossomlm.engine;

import java.util.Arrays;
import java.util.Objects;

/**
 * A list of longs that is sorted, smallest first, only as far as somebody reads it. A vocabulary
 * has 150,000 entries of which top-p usually needs a few dozen: finding those by selection (Hoare's
 * FIND) is linear, sorting everything is not. The buffer is kept between uses.
 */
final class LazySort {
  private static final int FIRST_RUN = 64;
  private static final int GROWTH = 8;
  private static final int SORT_DIRECTLY = 48;

  private long[] values = new long[0];
  private int size;

  /** How many leading values are in their final order. */
  private int sorted;

  /** Empties the list and makes room for {@code capacity} values. */
  void clear(int capacity) {
    if (values.length < capacity) {
      values = new long[capacity];
    }
    size = 0;
    sorted = 0;
  }

  void add(long value) {
    values[size++] = value;
  }

  int size() {
    return size;
  }

  /** The value at a position, in whatever order the list is right now. */
  long at(int index) {
    return values[Objects.checkIndex(index, size)];
  }

  /** The value of a rank, 0 for the smallest. Moves the values behind what was read so far. */
  long ranked(int rank) {
    Objects.checkIndex(rank, size);
    if (rank >= sorted) {
      int end = (int) Math.min(size, Math.max(FIRST_RUN, GROWTH * (rank + 1L)));
      select(values, sorted, size, end - 1);
      Arrays.sort(values, sorted, end);
      sorted = end;
    }
    return values[rank];
  }

  /** Forgets all but the {@code count} smallest and returns the largest of these. */
  long keepSmallest(int count) {
    Objects.checkFromToIndex(1, count, size);
    if (count > sorted) {
      select(values, sorted, size, count - 1);
    }
    size = count;
    sorted = Math.min(sorted, count);
    return values[count - 1];
  }

  /** Forgets the values at and above {@code bound}. */
  void keepBelow(long bound) {
    int kept = 0;
    int keptSorted = 0;
    for (int i = 0; i < size; i++) {
      if (values[i] < bound) {
        values[kept++] = values[i];
        keptSorted += i < sorted ? 1 : 0;
      }
    }
    size = kept;
    sorted = keptSorted;
  }

  /** Forgets all but the values at the given positions, which rise. */
  void keepAt(int[] positions, int count) {
    int keptSorted = 0;
    for (int i = 0; i < count; i++) {
      values[i] = values[positions[i]];
      keptSorted += positions[i] < sorted ? 1 : 0;
    }
    size = count;
    sorted = keptSorted;
  }

  /**
   * Rearranges {@code [from, to)} so that {@code nth} holds what it would hold if all were sorted,
   * with nothing larger before it and nothing smaller behind. Median of three; a run of bad pivots
   * ends in a sort, so the worst case is n log n.
   */
  static void select(long[] values, int from, int to, int nth) {
    int low = from;
    int high = to - 1;
    int patience = 2 * (32 - Integer.numberOfLeadingZeros(to - from));
    while (high - low > SORT_DIRECTLY && patience-- > 0) {
      long pivot = median(values[low], values[(low + high) >>> 1], values[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (nth <= j) {
        high = j;
      } else if (nth >= i) {
        low = i;
      } else {
        return;
      }
    }
    Arrays.sort(values, low, high + 1);
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
