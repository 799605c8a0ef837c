package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.LETTER;
import static org.blossomlm.model.tokenizer.CharClass.MARK;
import static org.blossomlm.model.tokenizer.CharClass.NUMBER;
import static org.blossomlm.model.tokenizer.CharClass.SPACE;

/**
 * The pattern of cl100k, Llama 3 (three digits together) and Qwen2 (each digit alone):
 *
 * <pre>{@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
 *   |\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 *
 * <p>With {@code marksAreLetters}, that of Qwen3.5: {@code [\p{L}\p{M}]+} for words, and marks left
 * out of the punctuation.
 */
final class WordSplitter implements Splitter {
  private final int digits;
  private final int letters;

  /**
   * @param digits how many digits form a piece at most
   */
  WordSplitter(int digits, boolean marksAreLetters) {
    this.digits = digits;
    this.letters = marksAreLetters ? LETTER | MARK : LETTER;
  }

  @Override
  public int next(char[] s, int from, int end) {
    char c = s[from];
    if (c == '\'') {
      int contraction = Contraction.match(s, from, end);
      if (contraction > 0) {
        return contraction;
      }
    }
    int flags = CharClass.at(s, from);
    if ((flags & letters) != 0) {
      return CharClass.skip(s, from, end, letters);
    }
    if ((flags & NUMBER) != 0) {
      return numbers(s, from, end, digits);
    }
    if (c != '\r' && c != '\n') {
      int word = from + CharClass.width(s, from);
      if (word < end && (CharClass.at(s, word) & letters) != 0) {
        return CharClass.skip(s, word, end, letters);
      }
    }
    int other = c == ' ' ? from + 1 : from;
    int stop = SPACE | NUMBER | letters;
    if (other < end && (CharClass.at(s, other) & stop) == 0) {
      int i = CharClass.skipOther(s, other, end, stop);
      while (i < end && (s[i] == '\r' || s[i] == '\n')) {
        i++;
      }
      return i;
    }
    return spaces(s, from, end);
  }

  /** {@code \p{N}{1,most}}. */
  static int numbers(char[] s, int from, int end, int most) {
    int i = from;
    for (int n = 0; n < most && i < end && (CharClass.at(s, i) & NUMBER) != 0; n++) {
      i += CharClass.width(s, i);
    }
    return i;
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+} at a white-space character. */
  static int spaces(char[] s, int from, int end) {
    int lastNewline = -1;
    int i = from;
    while (i < end && (CharClass.at(s, i) & SPACE) != 0) {
      if (s[i] == '\r' || s[i] == '\n') {
        lastNewline = i;
      }
      i++;
    }
    return lastNewline >= 0 ? lastNewline + 1 : Gpt2Splitter.spaces(from, i, end);
  }
}
