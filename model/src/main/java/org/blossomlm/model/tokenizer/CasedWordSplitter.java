package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.LETTER;
import static org.blossomlm.model.tokenizer.CharClass.LOWER;
import static org.blossomlm.model.tokenizer.CharClass.NUMBER;
import static org.blossomlm.model.tokenizer.CharClass.SPACE;
import static org.blossomlm.model.tokenizer.CharClass.UPPER;

/**
 * The pattern of Mistral's Tekken (each digit alone) and, with contractions joined to the word
 * before them and three digits together, of o200k:
 *
 * <pre>{@code
 * [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+
 *   |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*
 *   |\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 */
final class CasedWordSplitter implements Splitter {
  private final int digits;
  private final boolean contractions;

  CasedWordSplitter(int digits, boolean contractions) {
    this.digits = digits;
    this.contractions = contractions;
  }

  @Override
  public int next(char[] s, int from, int end) {
    char c = s[from];
    int flags = CharClass.at(s, from);
    int word = word(s, from, end, flags);
    if (word > 0) {
      int contraction = contractions ? Contraction.match(s, word, end) : -1;
      return contraction > 0 ? contraction : word;
    }
    if ((flags & NUMBER) != 0) {
      return WordSplitter.numbers(s, from, end, digits);
    }
    int other = c == ' ' ? from + 1 : from;
    int stop = SPACE | LETTER | NUMBER;
    if (other < end && (CharClass.at(s, other) & stop) == 0) {
      int i = CharClass.skipOther(s, other, end, stop);
      while (i < end && (s[i] == '\r' || s[i] == '\n' || s[i] == '/')) {
        i++;
      }
      return i;
    }
    return WordSplitter.spaces(s, from, end);
  }

  /** Both word patterns, each with its optional first character before without it. */
  private static int word(char[] s, int from, int end, int flags) {
    boolean prefix = s[from] != '\r' && s[from] != '\n' && (flags & (LETTER | NUMBER)) == 0;
    boolean bare = (flags & (UPPER | LOWER)) != 0;
    int after = prefix ? from + CharClass.width(s, from) : end;
    int match = after < end ? endingLower(s, after, end) : -1;
    if (match < 0 && bare) {
      match = endingLower(s, from, end);
    }
    if (match < 0 && after < end) {
      match = startingUpper(s, after, end);
    }
    if (match < 0 && bare) {
      match = startingUpper(s, from, end);
    }
    return match;
  }

  /** {@code [upper]*[lower]+}: what both classes hold goes to the first, which may give it back. */
  private static int endingLower(char[] s, int from, int end) {
    int upper = from;
    int lastInBoth = -1;
    while (upper < end) {
      int flags = CharClass.at(s, upper);
      if ((flags & UPPER) == 0) {
        break;
      }
      upper += CharClass.width(s, upper);
      if ((flags & LOWER) != 0) {
        lastInBoth = upper;
      }
    }
    int lower = CharClass.skip(s, upper, end, LOWER);
    return lower > upper ? lower : lastInBoth;
  }

  /** {@code [upper]+[lower]*}. */
  private static int startingUpper(char[] s, int from, int end) {
    int upper = CharClass.skip(s, from, end, UPPER);
    return upper > from ? CharClass.skip(s, upper, end, LOWER) : -1;
  }
}
