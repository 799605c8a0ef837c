package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadPermutationTest {
  @Test
  void halves_become_neighbours_within_each_head() {
    long[] rows = LongStream.range(0, 12).map(HeadPermutation.toNeighbours(6)).toArray();
    assertThat(rows).containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 64, 128})
  void both_ways_undo_each_other(int headSize) {
    for (long row = 0; row < 3L * headSize; row++) {
      long there = HeadPermutation.toNeighbours(headSize).applyAsLong(row);
      assertThat(HeadPermutation.toHalves(headSize).applyAsLong(there)).isEqualTo(row);
    }
  }
}
