package org.blossomlm.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinHashTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.5, 0.7, 0.9})
  void signaturesAgreeAsOftenAsSetsAreAlike(double similarity) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int permutations = 128;
    int trials = 60;
    double sum = 0;
    for (int trial = 0; trial < trials; trial++) {
      MinHash minHash = new MinHash(permutations, new SplittableRandom(random.nextLong()));
      int shared = (int) Math.round(300 * similarity);
      int own = (300 - shared) / 2;
      long[] a = new long[shared + own];
      long[] b = new long[shared + own];
      for (int i = 0; i < shared; i++) {
        a[i] = b[i] = random.nextLong();
      }
      for (int i = shared; i < a.length; i++) {
        a[i] = random.nextLong();
        b[i] = random.nextLong();
      }
      int[] first = minHash.signature(a);
      int[] second = minHash.signature(b);
      int equal = 0;
      for (int i = 0; i < permutations; i++) {
        equal += first[i] == second[i] ? 1 : 0;
      }
      sum += (double) equal / permutations;
    }
    // The standard deviation of the mean is below 0.006; five of them.
    assertThat(sum / trials).as("seed %d", seed).isCloseTo(similarity, within(0.03));
  }

  @Test
  void theBandingFavoursFindingOverSparing() {
    for (double threshold : new double[] {0.5, 0.6, 0.7, 0.8, 0.9}) {
      Banding banding = Banding.forThreshold(threshold, 128);
      assertThat(banding.bands() * banding.rows()).isLessThanOrEqualTo(128);
      assertThat(banding.candidates(threshold + 0.05)).as("%s", banding).isGreaterThan(0.95);
      assertThat(banding.candidates(threshold - 0.35)).as("%s", banding).isLessThan(0.25);
    }
  }

  @Test
  void tokensAreCharactersAndWordsWithoutCaseWidthAndPunctuation() {
    assertThat(Tokens.of("Hello, World!").sequence())
        .isEqualTo(Tokens.of("ｈｅｌｌｏ world").sequence());
    assertThat(Tokens.of("你好，世界").size()).isEqualTo(4);
    assertThat(Tokens.of("你好 world 2024").size()).isEqualTo(4);
    assertThat(Tokens.of("1,234 apples").sequence()).isEqualTo(Tokens.of("1234 apples").sequence());
    assertThat(Tokens.of("3.14").sequence()).isNotEqualTo(Tokens.of("314").sequence());
    assertThat(Tokens.of("50%").sequence()).isNotEqualTo(Tokens.of("50").sequence());
    assertThat(Tokens.of("x = -3").sequence()).isNotEqualTo(Tokens.of("x = 3").sequence());
    assertThat(Tokens.of("well-known").sequence()).isEqualTo(Tokens.of("well known").sequence());
    assertThat(Tokens.of("").size()).isZero();
    assertThat(Tokens.of("，。！").size()).isZero();
  }

  @Test
  void numbersAreComparedWithoutTheirWords() {
    assertThat(Tokens.of("12 cows and 3 pigs").numbers())
        .isEqualTo(Tokens.of("12 hens, 3 cats").numbers());
    assertThat(Tokens.of("12 cows and 3 pigs").numbers())
        .isNotEqualTo(Tokens.of("3 cows and 12 pigs").numbers());
  }

  @Test
  void jaccardIsWhatBothHaveOfWhatEitherHas() {
    assertThat(Shingles.jaccard(new long[] {1, 2, 3}, new long[] {2, 3, 4})).isEqualTo(0.5);
    assertThat(Shingles.jaccard(new long[0], new long[0])).isZero();
    assertThat(Shingles.set(new long[] {3, 1, 3, 2, 1})).containsExactly(1, 2, 3);
    assertThat(new Shingles(5, 3).of(Tokens.of("a b"))).hasSize(1);
    assertThat(new Shingles(5, 3).of(Tokens.of("a b c d"))).hasSize(2);
    assertThat(new Shingles(5, 3).of(Tokens.of("一二三四五六"))).hasSize(2);
  }

  @Test
  void rollingHashesAreThoseOfTheRunsAlone() {
    long[] runs = Shingles.runs(Tokens.of("a b c d e f g"), 3);
    for (int i = 0; i < runs.length; i++) {
      String run = "abcdefg".substring(i, i + 3).replaceAll("", " ");
      assertThat(Shingles.runs(Tokens.of(run), 3)).containsExactly(runs[i]);
    }
  }

  @Test
  void clustersJoinAndAreNamedByTheirSmallestMember() {
    Clusters clusters = new Clusters(6);
    clusters.union(5, 3);
    clusters.union(3, 1);
    clusters.union(2, 4);
    assertThat(new int[] {clusters.find(5), clusters.find(3), clusters.find(4), clusters.find(0)})
        .containsExactly(1, 1, 2, 0);
  }

  @Test
  void theHashIndexHoldsWhatAMapHolds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    HashIndex index = new HashIndex(1);
    Map<Long, Integer> map = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      long key = random.nextInt(3000) - 5;
      Integer before = map.put(key, i);
      assertThat(index.put(key, i))
          .as("seed %d", seed)
          .isEqualTo(before == null ? HashIndex.ABSENT : before);
    }
    map.forEach((key, value) -> assertThat(index.get(key)).isEqualTo(value));
    assertThat(index.get(99_999)).isEqualTo(HashIndex.ABSENT);
  }
}
