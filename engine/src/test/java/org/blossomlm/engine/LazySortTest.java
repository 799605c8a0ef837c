package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LazySortTest {
  private static long[] values(int kind, int size, SplittableRandom random) {
    return switch (kind) {
      case 0 -> random.longs(size).toArray();
      case 1 -> random.longs(size, 0, 3).toArray();
      case 2 -> IntStream.range(0, size).mapToLong(i -> i).toArray();
      case 3 -> IntStream.range(0, size).mapToLong(i -> -i).toArray();
      default -> IntStream.range(0, size).mapToLong(i -> Math.min(i, size - i)).toArray();
    };
  }

  private static LazySort listOf(long[] values) {
    var list = new LazySort();
    list.clear(values.length);
    for (long value : values) {
      list.add(value);
    }
    return list;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 48, 49, 50, 63, 64, 65, 513, 5000})
  void readsLikeASortedList(int size) {
    var random = new SplittableRandom(size);
    for (int kind = 0; kind < 5; kind++) {
      long[] values = values(kind, size, random);
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      var list = listOf(values);
      for (int i = 0; i < 200; i++) {
        int rank = random.nextInt(size);
        assertThat(list.ranked(rank)).as("kind %d rank %d", kind, rank).isEqualTo(sorted[rank]);
      }
      assertThat(IntStream.range(0, size).mapToLong(list::at).sorted().toArray()).isEqualTo(sorted);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 49, 64, 65, 513, 5000})
  void keepsTheSmallestWhateverWasReadBefore(int size) {
    var random = new SplittableRandom(size);
    for (int round = 0; round < 50; round++) {
      long[] values = values(round % 5, size, random);
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      var list = listOf(values);
      if (random.nextInt(2) == 0) {
        list.ranked(random.nextInt(size));
      }
      int count = random.nextInt(1, size + 1);
      assertThat(list.keepSmallest(count)).isEqualTo(sorted[count - 1]);
      assertThat(IntStream.range(0, list.size()).mapToLong(list::at).sorted().toArray())
          .isEqualTo(Arrays.copyOf(sorted, count));
      assertThat(list.ranked(count - 1)).isEqualTo(sorted[count - 1]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 513})
  void keepsTheValuesBelowABoundInRankOrder(int size) {
    var random = new SplittableRandom(size);
    for (int round = 0; round < 50; round++) {
      long[] values = values(0, size, random);
      var list = listOf(values);
      list.ranked(random.nextInt(size));
      long bound = values[random.nextInt(size)];
      list.keepBelow(bound);
      long[] below = Arrays.stream(values).filter(value -> value < bound).sorted().toArray();
      assertThat(IntStream.range(0, list.size()).mapToLong(list::ranked).toArray())
          .isEqualTo(below);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 513})
  void keepsChosenPositionsInRankOrder(int size) {
    var random = new SplittableRandom(size);
    for (int round = 0; round < 50; round++) {
      var list = listOf(values(0, size, random));
      list.ranked(random.nextInt(size));
      int[] positions = IntStream.range(0, size).filter(i -> random.nextBoolean()).toArray();
      long[] chosen = Arrays.stream(positions).mapToLong(list::at).sorted().toArray();
      list.keepAt(positions, positions.length);
      assertThat(IntStream.range(0, list.size()).mapToLong(list::ranked).toArray())
          .isEqualTo(chosen);
    }
  }
}
