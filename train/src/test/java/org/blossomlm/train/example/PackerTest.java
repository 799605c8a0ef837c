package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackerTest {
  @Test
  void the_longest_goes_first_into_the_first_row_that_it_fits() {
    // 6 and 4, 5 and 3 and 2: two full rows, which first-fit in the given order would not find.
    List<int[]> rows =
        new Packer(10, 100).pack(new int[] {70, 71, 72, 73, 74}, new int[] {3, 4, 6, 2, 5});
    assertThat(rows).containsExactly(new int[] {70, 73, 74}, new int[] {71, 72});
  }

  @Test
  void windows_are_packed_one_by_one() {
    int[] order = {0, 1, 2, 3};
    int[] lengths = {6, 6, 4, 4};
    assertThat(new Packer(10, 2).pack(order, lengths)).hasSize(3);
    assertThat(new Packer(10, 4).pack(order, lengths)).hasSize(2);
  }

  @Test
  void every_sample_is_in_one_row_and_no_row_is_too_long_nor_could_hold_the_next() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      int size = random.nextInt(1, 300);
      int[] order = IntStream.range(0, size).toArray();
      int[] lengths = IntStream.range(0, size).map(i -> random.nextInt(1, 101)).toArray();
      List<int[]> rows = new Packer(100, size).pack(order, lengths);
      assertThat(rows.stream().flatMapToInt(IntStream::of).sorted().toArray())
          .as("seed %d", seed)
          .isEqualTo(order);
      long sum = IntStream.of(lengths).sum();
      for (int[] row : rows) {
        assertThat(IntStream.of(row).map(i -> lengths[i]).sum())
            .as("seed %d", seed)
            .isLessThanOrEqualTo(100);
      }
      // First-fit leaves at most one row that is half empty.
      assertThat(rows.stream().filter(row -> IntStream.of(row).map(i -> lengths[i]).sum() <= 50))
          .as("seed %d, %d tokens", seed, sum)
          .hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void a_sample_that_fits_no_row_is_an_error() {
    assertThatThrownBy(() -> new Packer(10, 5).pack(new int[] {0}, new int[] {11}))
        .hasMessageContaining("11 tokens");
  }
}
