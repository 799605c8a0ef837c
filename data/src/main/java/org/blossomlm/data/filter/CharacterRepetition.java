package org.blossomlm.data.filter;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How much of a text its most frequent character n-grams make up, as BlossomData and data-juicer
 * measure it: of <i>d</i> distinct n-grams, <i>s</i> of which occur once, the counts of the
 * min(⌊√d⌋, d − s) most frequent ones, divided by the number of all n-grams.
 */
final class CharacterRepetition {
  private CharacterRepetition() {}

  /**
   * The share, from 0 to 1; 0 for a text shorter than {@code n} characters.
   *
   * @param n characters of an n-gram
   */
  static double ratio(String text, int n) {
    int[] characters = text.codePoints().toArray();
    int all = characters.length - n + 1;
    if (all <= 0) {
      return 0;
    }
    Map<String, Integer> counts = HashMap.newHashMap(all);
    for (int i = 0; i < all; i++) {
      counts.merge(new String(characters, i, n), 1, Integer::sum);
    }
    int[] sorted = counts.values().stream().mapToInt(Integer::intValue).sorted().toArray();
    int once = (int) Arrays.stream(sorted).filter(count -> count == 1).count();
    int top = Math.min((int) Math.sqrt(sorted.length), sorted.length - once);
    long repeated = 0;
    for (int i = sorted.length - top; i < sorted.length; i++) {
      repeated += sorted[i];
    }
    return (double) repeated / all;
  }
}
