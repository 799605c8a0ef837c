package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Words that nobody ever said, with the lengths and the mixture of scripts of a bilingual text. A
 * word is a list of syllables, a syllable a string of characters; a Chinese syllable is one
 * character.
 */
final class RandomWords {
  private static final String[] ONSETS = {
    "", "b", "bl", "br", "c", "ch", "cl", "cr", "d", "dr", "f", "fl", "fr", "g", "gl", "gr", "h",
    "j", "k", "l", "m", "n", "p", "ph", "pl", "pr", "qu", "r", "s", "sc", "sh", "sl", "sp", "st",
    "str", "t", "th", "tr", "v", "w", "wh", "x", "y", "z"
  };
  private static final String[] VOWELS = {
    "a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "ee", "ia", "ie", "io", "oo", "ou"
  };
  private static final String[] CODAS = {
    "", "", "", "", "n", "r", "s", "t", "l", "m", "d", "ng", "nt", "st", "ck", "rd", "p", "x"
  };
  private static final int HAN = 0x4E00;
  private static final int HAN_IN_USE = 7000;

  private final RandomGenerator random;

  RandomWords(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The next word. Four in five are Latin, and most of these follow a space.
   *
   * @param space how the vocabulary spells a space
   */
  List<String> next(String space) {
    List<String> syllables = new ArrayList<>();
    if (random.nextInt(5) == 0) {
      int length = 1 + random.nextInt(3);
      for (int i = 0; i < length; i++) {
        // The square of a uniform number: a few hundred characters make most of a text.
        double rank = random.nextDouble();
        syllables.add(Character.toString(HAN + (int) (rank * rank * HAN_IN_USE)));
      }
      return syllables;
    }
    boolean afterSpace = random.nextInt(4) != 0;
    boolean capital = random.nextInt(5) == 0;
    int length = 1 + random.nextInt(4);
    for (int i = 0; i < length; i++) {
      String syllable = pick(ONSETS) + pick(VOWELS) + pick(CODAS);
      if (i == 0 && capital) {
        syllable = Character.toUpperCase(syllable.charAt(0)) + syllable.substring(1);
      }
      syllables.add(i == 0 && afterSpace ? space + syllable : syllable);
    }
    return syllables;
  }

  private String pick(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
