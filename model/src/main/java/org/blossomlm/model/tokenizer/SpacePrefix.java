package org.blossomlm.model.tokenizer;

/**
 * How a text without a space before its first word gets one, so that this word is spelt like the
 * others, and how spaces are spelt.
 *
 * @param where which fragments get a space; a fragment is text between added tokens
 * @param always whether a fragment that has a space already gets another
 * @param space how spaces are spelt, {@code U+2581} or a plain space
 */
record SpacePrefix(Where where, boolean always, String space) {
  static final String LOWER_BLOCK = "\u2581";

  /** Which fragments get a space. */
  enum Where {
    NOWHERE,
    AT_START,
    AT_START_AND_AFTER_TOKENS,
    EVERYWHERE
  }

  /**
   * @param atStart whether the fragment is at the start of the text
   * @param afterToken whether an added token is right before it
   */
  String apply(String fragment, boolean atStart, boolean afterToken) {
    String text = space.equals(" ") ? fragment : fragment.replace(" ", space);
    boolean wanted =
        switch (where) {
          case NOWHERE -> false;
          case AT_START -> atStart;
          case AT_START_AND_AFTER_TOKENS -> atStart || afterToken;
          case EVERYWHERE -> true;
        };
    return wanted && (always || !text.startsWith(space)) ? space + text : text;
  }
}
