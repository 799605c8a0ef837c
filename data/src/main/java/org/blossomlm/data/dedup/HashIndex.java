package org.blossomlm.data.dedup;

import java.util.Arrays;

/**
 * From a hash to an int, in open addressing: 12 bytes for each place, at most two thirds of them
 * taken.
 */
final class HashIndex {
  /** What {@link #get} answers where there is nothing. */
  static final int ABSENT = -1;

  private long[] keys;
  private int[] values;
  private int size;

  HashIndex(int expected) {
    int places = Integer.highestOneBit(Math.max(8, expected + expected / 2)) * 2;
    keys = new long[places];
    values = new int[places];
    Arrays.fill(values, ABSENT);
  }

  int get(long key) {
    return values[place(key)];
  }

  /** Sets the value, from 0, and answers the one before. */
  int put(long key, int value) {
    int place = place(key);
    int before = values[place];
    keys[place] = key;
    values[place] = value;
    if (before == ABSENT) {
      size++;
      if (3L * size > 2L * keys.length) {
        grow();
      }
    }
    return before;
  }

  /** Sets the value if there is none, and answers the one that was there. */
  int putIfAbsent(long key, int value) {
    int before = get(key);
    if (before == ABSENT) {
      put(key, value);
    }
    return before;
  }

  private int place(long key) {
    int mask = keys.length - 1;
    int place = (int) Tokens.mix(key) & mask;
    while (values[place] != ABSENT && keys[place] != key) {
      place = place + 1 & mask;
    }
    return place;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new int[keys.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        int place = place(oldKeys[i]);
        keys[place] = oldKeys[i];
        values[place] = oldValues[i];
      }
    }
  }
}
