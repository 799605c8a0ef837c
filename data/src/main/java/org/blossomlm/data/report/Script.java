package org.blossomlm.data.report;

/** The language of a text as far as its letters tell: enough for a chart, not for a filter. */
enum Script {
  CHINESE,
  ENGLISH,
  MIXED,
  OTHER,
  /** No letters at all. */
  NONE;

  /** A Chinese character says about as much as so many Latin letters. */
  private static final int LATIN_PER_HAN = 4;

  private static final double CLEAR = 0.9;

  static Script of(String text) {
    long han = 0;
    long latin = 0;
    long other = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (Character.isLetter(codePoint)) {
        switch (Character.UnicodeScript.of(codePoint)) {
          case HAN -> han += LATIN_PER_HAN;
          case LATIN -> latin++;
          default -> other += LATIN_PER_HAN;
        }
      }
    }
    long all = han + latin + other;
    if (all == 0) {
      return NONE;
    }
    if (han >= CLEAR * all) {
      return CHINESE;
    }
    if (latin >= CLEAR * all) {
      return ENGLISH;
    }
    return other > han + latin ? OTHER : MIXED;
  }
}
