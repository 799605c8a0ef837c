package org.blossomlm.data.dedup;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Random orders (Fisher and Yates). */
final class Permutation {
  private Permutation() {}

  /** The numbers below {@code size} in random order. */
  static int[] of(int size, RandomGenerator random) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    shuffle(order, random);
    return order;
  }

  static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
  }
}
