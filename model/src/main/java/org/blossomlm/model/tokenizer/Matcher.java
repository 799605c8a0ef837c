package org.blossomlm.model.tokenizer;

/** A pattern that may or may not match at a place, in the style of a regular expression. */
@FunctionalInterface
interface Matcher {
  /**
   * The end of the match at {@code from}, or -1. A refusal costs constant time, so that a search
   * over a long text stays linear.
   */
  int match(char[] text, int from, int end);

  /** How matches become pieces; the names are those of {@code tokenizer.json}. */
  enum Behavior {
    ISOLATED,
    CONTIGUOUS,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT
  }

  /** Pieces from the matches of this pattern and from the text between them. */
  default Splitter splitter(Behavior behavior) {
    return switch (behavior) {
      case ISOLATED ->
          (s, from, end) -> {
            int match = match(s, from, end);
            return match > from ? match : gap(s, from, end);
          };
      case CONTIGUOUS ->
          (s, from, end) -> {
            int match = match(s, from, end);
            if (match <= from) {
              return gap(s, from, end);
            }
            while (match < end) {
              int next = match(s, match, end);
              if (next <= match) {
                break;
              }
              match = next;
            }
            return match;
          };
      case MERGED_WITH_PREVIOUS ->
          (s, from, end) -> {
            int match = match(s, from, end);
            if (match > from) {
              return match;
            }
            int gap = gap(s, from, end);
            return gap < end ? match(s, gap, end) : gap;
          };
      case MERGED_WITH_NEXT ->
          (s, from, end) -> {
            int match = match(s, from, end);
            if (match <= from) {
              return gap(s, from, end);
            }
            return match < end && match(s, match, end) <= match ? gap(s, match, end) : match;
          };
    };
  }

  private int gap(char[] s, int from, int end) {
    int i = from;
    do {
      i += CharClass.width(s, i);
    } while (i < end && match(s, i, end) <= i);
    return i;
  }
}
