package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.SPACE;

/** {@code \s+$}, cut out on its own: white space at the end of the text. */
final class TrailingSpaces implements Splitter {
  @Override
  public int next(char[] s, int from, int end) {
    int i = end;
    while (i > from && (CharClass.of(s[i - 1]) & SPACE) != 0) {
      i--;
    }
    return i > from ? i : end;
  }
}
