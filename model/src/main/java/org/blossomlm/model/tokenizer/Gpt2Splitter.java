package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.LETTER;
import static org.blossomlm.model.tokenizer.CharClass.NUMBER;
import static org.blossomlm.model.tokenizer.CharClass.SPACE;

/**
 * The pattern of GPT-2, which is also the one inside the step {@code ByteLevel} of {@code
 * tokenizer.json}:
 *
 * <pre>{@code
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * }</pre>
 */
final class Gpt2Splitter implements Splitter {
  @Override
  public int next(char[] s, int from, int end) {
    if (s[from] == '\'') {
      int contraction = contraction(s, from, end);
      if (contraction > 0) {
        return contraction;
      }
    }
    int word = s[from] == ' ' ? from + 1 : from;
    if (word < end) {
      int flags = CharClass.at(s, word);
      if ((flags & LETTER) != 0) {
        return CharClass.skip(s, word, end, LETTER);
      }
      if ((flags & NUMBER) != 0) {
        return CharClass.skip(s, word, end, NUMBER);
      }
      if ((flags & SPACE) == 0) {
        return CharClass.skipOther(s, word, end, SPACE | LETTER | NUMBER);
      }
    }
    return spaces(from, CharClass.skip(s, from, end, SPACE), end);
  }

  /**
   * {@code \s+(?!\S)|\s+} on the run of white space {@code [from, run)}: all of it at the end of
   * the text, else all but the last character, which belongs to the word that follows.
   */
  static int spaces(int from, int run, int end) {
    return run < end && run - from > 1 ? run - 1 : run;
  }

  private static int contraction(char[] s, int from, int end) {
    if (from + 1 >= end) {
      return -1;
    }
    char first = s[from + 1];
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return from + 2;
    }
    if (from + 2 >= end) {
      return -1;
    }
    char second = s[from + 2];
    boolean two =
        (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
    return two ? from + 3 : -1;
  }
}
