package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
  @Test
  void isTheGeneratorOfThePaperWhateverTheJdk() {
    var random = new SplitMix64(0);
    assertThat(random.nextLong()).isEqualTo(0xe220a8397b1dcdafL);
    assertThat(random.nextLong()).isEqualTo(0x6e789e6aa1b965f4L);
    assertThat(random.nextLong()).isEqualTo(0x06c45d188009454fL);
  }

  @Test
  void agreesWithTheJdksGeneratorOfToday() {
    for (long seed : new long[] {-7, 0, 1, 42, Long.MIN_VALUE, Long.MAX_VALUE}) {
      var ours = new SplitMix64(seed);
      var theirs = new SplittableRandom(seed);
      for (int i = 0; i < 100; i++) {
        assertThat(ours.nextLong()).as("seed %d, draw %d", seed, i).isEqualTo(theirs.nextLong());
      }
    }
  }

  @Test
  void doublesAreUniform() {
    var random = new SplitMix64(42);
    int[] counts = new int[20];
    for (int i = 0; i < 100_000; i++) {
      double value = random.nextDouble();
      assertThat(value).isGreaterThanOrEqualTo(0).isLessThan(1);
      counts[(int) (value * 20)]++;
    }
    double[] even = new double[20];
    Arrays.fill(even, 1.0 / 20);
    ChiSquare.assertDrawnFrom(even, counts);
  }
}
