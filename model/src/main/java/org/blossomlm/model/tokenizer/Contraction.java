package org.blossomlm.model.tokenizer;

/**
 * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)}. Ignoring case is Unicode's simple folding, under which the
 * long s (U+017F) is an s.
 */
final class Contraction {
  private static final char LONG_S = '\u017F';

  private Contraction() {}

  /** The end of the contraction at {@code from}, or -1. */
  static int match(char[] s, int from, int end) {
    if (from + 1 >= end || s[from] != '\'') {
      return -1;
    }
    int first = lower(s[from + 1]);
    if (first == 's' || first == LONG_S || first == 't' || first == 'm' || first == 'd') {
      return from + 2;
    }
    if (from + 2 >= end) {
      return -1;
    }
    int second = lower(s[from + 2]);
    boolean two =
        (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
    return two ? from + 3 : -1;
  }

  private static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  }
}
