package org.blossomlm.cli.terminal;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Writes styled text to a terminal and wraps it at word boundaries. Text comes in pieces of any
 * size; what is shown does not depend on where the pieces end. A word is held back until it is
 * complete, so nothing that was shown has to be taken back.
 *
 * <p>Lines may break between Chinese characters, but not before closing or after opening
 * punctuation. Control characters other than newline and tab are dropped: a model's output must not
 * drive the terminal.
 */
final class StyledWriter {
  private static final int TAB = 4;
  private static final String NOT_AT_LINE_START =
      "!%),.:;?]}¢°’”†‡›℃∶、。〃〉》」』】〕〗〞︰︱︳！％＇），．：；？］｝～·ー々…—";
  private static final String NOT_AT_LINE_END = "([{£¥‘“‹《〈「『【〔〖（［｛￡￥＄";

  private final Output output;
  private final IntSupplier columns;
  private final StringBuilder word = new StringBuilder();
  private int wordWidth;
  private int wordLast = -1;
  private int spaces;
  private int column;
  private int indent;
  private Set<Style> inWord = EnumSet.noneOf(Style.class);
  private Set<Style> shown = EnumSet.noneOf(Style.class);

  /**
   * @param columns the width of the terminal, asked anew for every line; 0 does not wrap
   */
  StyledWriter(Output output, IntSupplier columns) {
    this.output = output;
    this.columns = columns;
  }

  /** Columns by which wrapped lines of this paragraph are indented. */
  void indent(int hanging) {
    this.indent = hanging;
  }

  void text(String text, Set<Style> style) {
    text.codePoints()
        .forEach(c -> {
          if (c == ' ') {
            endWord();
            spaces++;
          } else if (c == '\t') {
            endWord();
            spaces += TAB - (column + spaces) % TAB;
          } else if (!isControl(c)) {
            append(c, style);
          }
        });
  }

  /** Text that keeps its spaces and is not wrapped, such as code. */
  void verbatim(String text, Set<Style> style) {
    endWord();
    emitSpaces();
    StringBuilder clean = new StringBuilder();
    text.codePoints().filter(c -> c == '\t' || !isControl(c)).forEach(clean::appendCodePoint);
    style(style);
    word.append(clean);
    column += DisplayWidth.of(clean.toString());
    output.print(word.toString());
    clearWord();
  }

  void newLine() {
    endWord();
    spaces = 0;
    style(Set.of());
    word.append('\n');
    output.print(word.toString());
    clearWord();
    column = 0;
    indent = 0;
  }

  /** Shows what was held back and leaves the terminal in its plain style. */
  void flush() {
    endWord();
    style(Set.of());
    output.print(word.toString());
    clearWord();
  }

  /** Whether nothing is on the current line. */
  boolean atLineStart() {
    return column == 0 && wordWidth == 0;
  }

  private void append(int c, Set<Style> style) {
    int width = DisplayWidth.of(c);
    if (wordLast >= 0 && width > 0 && breaksBetween(wordLast, c)) {
      endWord();
    }
    if (wordWidth + width > limit()) {
      endWord();
    }
    if (!inWord.equals(style)) {
      word.append(sgr(style));
      inWord = style;
    }
    word.appendCodePoint(c);
    wordWidth += width;
    wordLast = c;
  }

  private void endWord() {
    if (word.isEmpty()) {
      return;
    }
    StringBuilder line = new StringBuilder();
    boolean atStart = column == 0;
    if (!atStart && column + spaces + wordWidth > limit()) {
      line.append('\n').append(" ".repeat(indent));
      column = indent;
    } else {
      int shownSpaces = atStart ? Math.clamp(limit() - wordWidth, 0, spaces) : spaces;
      line.append(" ".repeat(shownSpaces));
      column += shownSpaces;
    }
    spaces = 0;
    column += wordWidth;
    output.print(line.append(word).toString());
    shown = inWord;
    clearWord();
  }

  private void emitSpaces() {
    output.print(" ".repeat(spaces));
    column += spaces;
    spaces = 0;
  }

  private void clearWord() {
    word.setLength(0);
    wordWidth = 0;
    wordLast = -1;
    inWord = shown;
  }

  private void style(Set<Style> style) {
    if (!shown.equals(style)) {
      word.append(sgr(style));
      shown = style;
    }
  }

  private static String sgr(Set<Style> style) {
    StringBuilder sequence = new StringBuilder("\033[0");
    for (Style one : style) {
      sequence.append(';').append(one.sgr());
    }
    return sequence.append('m').toString();
  }

  /** One column stays free: some terminals wrap as soon as the last one is filled. */
  private int limit() {
    int width = columns.getAsInt();
    return width <= 0 ? Integer.MAX_VALUE : Math.max(8, width - 1);
  }

  private static boolean breaksBetween(int left, int right) {
    if (NOT_AT_LINE_START.indexOf(right) >= 0 || NOT_AT_LINE_END.indexOf(left) >= 0) {
      return false;
    }
    return isIdeographic(left) || isIdeographic(right);
  }

  private static boolean isIdeographic(int c) {
    return (DisplayWidth.of(c) == 2 && c < 0x1F000) || (c >= 0x20000 && c < 0x40000);
  }

  private static boolean isControl(int c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
  }
}
