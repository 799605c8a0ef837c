package org.blossomlm.model.tokenizer;

/**
 * The Unicode properties that pre-tokenizers ask about, as bit flags. General categories are those
 * of the running Java; {@link #SPACE} is the property White_Space, which is what {@code \s} means
 * in the regular expressions of tokenizer files.
 */
final class CharClass {
  /** {@code \p{L}}. */
  static final int LETTER = 1;

  /** {@code \p{N}}. */
  static final int NUMBER = 1 << 1;

  /** {@code \s}. */
  static final int SPACE = 1 << 2;

  /** {@code \p{M}}. */
  static final int MARK = 1 << 3;

  /** {@code \p{P}}. */
  static final int PUNCTUATION = 1 << 4;

  /** {@code \p{S}}. */
  static final int SYMBOL = 1 << 5;

  /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}. */
  static final int UPPER = 1 << 6;

  /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}. */
  static final int LOWER = 1 << 7;

  private static final byte[] BASIC_PLANE = new byte[0x10000];

  static {
    for (int c = 0; c < BASIC_PLANE.length; c++) {
      BASIC_PLANE[c] = (byte) classify(c);
    }
  }

  private CharClass() {}

  /** The flags of a code point. */
  static int of(int codePoint) {
    return codePoint < 0x10000 ? BASIC_PLANE[codePoint] & 0xFF : classify(codePoint);
  }

  /** The flags of the code point that starts at {@code s[i]}; pairs of surrogates are whole. */
  static int at(char[] s, int i) {
    char c = s[i];
    return Character.isHighSurrogate(c)
        ? classify(Character.toCodePoint(c, s[i + 1]))
        : BASIC_PLANE[c] & 0xFF;
  }

  /** UTF-16 units of the code point that starts at {@code s[i]}. */
  static int width(char[] s, int i) {
    return Character.isHighSurrogate(s[i]) ? 2 : 1;
  }

  /** The first index in {@code [i, end)} whose code point has none of {@code flags}, or end. */
  static int skip(char[] s, int i, int end, int flags) {
    while (i < end && (at(s, i) & flags) != 0) {
      i += width(s, i);
    }
    return i;
  }

  /** The first index in {@code [i, end)} whose code point has any of {@code flags}, or end. */
  static int skipOther(char[] s, int i, int end, int flags) {
    while (i < end && (at(s, i) & flags) == 0) {
      i += width(s, i);
    }
    return i;
  }

  private static int classify(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
      case Character.LOWERCASE_LETTER -> LETTER | LOWER;
      case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER | UPPER | LOWER;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          MARK | UPPER | LOWER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          PUNCTUATION;
      case Character.MATH_SYMBOL,
          Character.CURRENCY_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.OTHER_SYMBOL ->
          SYMBOL;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> (codePoint >= 0x09 && codePoint <= 0x0D) || codePoint == 0x85 ? SPACE : 0;
    };
  }
}
