package org.blossomlm.cli.terminal;

import org.jline.utils.WCWidth;

/** Columns that text takes in a terminal: two for Chinese characters, none for combining marks. */
public final class DisplayWidth {
  private DisplayWidth() {}

  static int of(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  public static int of(String text) {
    return text.codePoints().map(DisplayWidth::of).sum();
  }

  /** Cuts {@code text} so that it takes at most {@code columns}. */
  static String truncate(String text, int columns) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      width += of(codePoint);
      if (width > columns) {
        return text.substring(0, i);
      }
      i += Character.charCount(codePoint);
    }
    return text;
  }
}
