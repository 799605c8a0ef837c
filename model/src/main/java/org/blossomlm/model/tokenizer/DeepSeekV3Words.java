package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.LETTER;
import static org.blossomlm.model.tokenizer.CharClass.MARK;
import static org.blossomlm.model.tokenizer.CharClass.PUNCTUATION;
import static org.blossomlm.model.tokenizer.CharClass.SPACE;
import static org.blossomlm.model.tokenizer.CharClass.SYMBOL;

/**
 * The last of DeepSeek-V3's three patterns; digits and CJK text were cut out before. It leaves
 * other characters (controls, unassigned ones) between its matches.
 *
 * <pre>{@code
 * [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+
 *   | ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 */
final class DeepSeekV3Words implements Matcher {
  private static final int LETTERS = LETTER | MARK;
  private static final int MARKS_OF_WRITING = PUNCTUATION | SYMBOL;

  @Override
  public int match(char[] s, int from, int end) {
    char c = s[from];
    int flags = CharClass.at(s, from);
    if (c < 0x80 && (flags & MARKS_OF_WRITING) != 0) {
      int i = from + 1;
      while (i < end && ((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z'))) {
        i++;
      }
      if (i > from + 1) {
        return i;
      }
    }
    if ((flags & LETTERS) != 0) {
      return CharClass.skip(s, from, end, LETTERS);
    }
    if (c != '\r' && c != '\n' && (flags & MARKS_OF_WRITING) == 0) {
      int word = from + CharClass.width(s, from);
      if (word < end && (CharClass.at(s, word) & LETTERS) != 0) {
        return CharClass.skip(s, word, end, LETTERS);
      }
    }
    int other = c == ' ' ? from + 1 : from;
    if (other < end && (CharClass.at(s, other) & MARKS_OF_WRITING) != 0) {
      int i = CharClass.skip(s, other, end, MARKS_OF_WRITING);
      while (i < end && (s[i] == '\r' || s[i] == '\n')) {
        i++;
      }
      return i;
    }
    return (flags & SPACE) != 0 ? WordSplitter.spaces(s, from, end) : -1;
  }
}
