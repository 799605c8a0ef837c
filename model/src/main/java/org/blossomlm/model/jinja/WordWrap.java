package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code textwrap.wrap} for one paragraph, with whitespace kept as it is inside lines and
 * dropped at their borders.
 */
final class WordWrap {
  private final int width;
  private final boolean breakLongWords;
  private final boolean breakOnHyphens;
  private final Budget budget;

  WordWrap(int width, boolean breakLongWords, boolean breakOnHyphens, Budget budget) {
    this.width = width;
    this.breakLongWords = breakLongWords;
    this.breakOnHyphens = breakOnHyphens;
    this.budget = budget;
  }

  List<StringValue> wrap(StringValue paragraph) {
    List<StringValue> chunks = chunks(paragraph);
    List<StringValue> lines = new ArrayList<>();
    int next = 0;
    while (next < chunks.size()) {
      budget.step();
      if (isBlank(chunks.get(next)) && !lines.isEmpty()) {
        next++;
        continue;
      }
      List<StringValue> line = new ArrayList<>();
      int length = 0;
      while (next < chunks.size() && length + chunks.get(next).size() <= width) {
        length += chunks.get(next).size();
        line.add(chunks.get(next++));
      }
      if (next < chunks.size() && chunks.get(next).size() > width) {
        next = placeLongWord(chunks, next, line, width - length);
      }
      if (!line.isEmpty() && isBlank(line.getLast())) {
        line.removeLast();
      }
      if (!line.isEmpty()) {
        TextBuilder out = new TextBuilder(budget);
        line.forEach(out::append);
        lines.add(out.build());
      }
    }
    return lines;
  }

  /** Puts as much as possible of a word that no line can hold; returns the next chunk. */
  private int placeLongWord(List<StringValue> chunks, int next, List<StringValue> line, int room) {
    StringValue word = chunks.get(next);
    if (breakLongWords) {
      int count = Math.max(1, room);
      if (breakOnHyphens && word.size() > count) {
        int hyphen = word.text().lastIndexOf('-', word.offset(count) - 1);
        if (hyphen > 0 && word.text().substring(0, hyphen).chars().anyMatch(c -> c != '-')) {
          count = word.index(hyphen) + 1;
        }
      }
      int end = word.offset(count);
      line.add(word.substring(0, end));
      chunks.set(next, word.substring(end, word.text().length()));
      return next;
    }
    if (line.isEmpty()) {
      line.add(word);
      return next + 1;
    }
    return next;
  }

  private static boolean isBlank(StringValue chunk) {
    return !chunk.isEmpty() && chunk.text().chars().allMatch(WordWrap::isSpace);
  }

  /** The whitespace that textwrap knows: that of ASCII. */
  private static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** Words, the whitespace between them, and the parts of hyphenated words. */
  private List<StringValue> chunks(StringValue paragraph) {
    List<StringValue> chunks = new ArrayList<>();
    String text = paragraph.text();
    int i = 0;
    while (i < text.length()) {
      int start = i;
      boolean space = isSpace(text.charAt(i));
      while (i < text.length() && isSpace(text.charAt(i)) == space) {
        i++;
      }
      if (space || !breakOnHyphens) {
        chunks.add(paragraph.substring(start, i));
      } else {
        hyphenated(paragraph, start, i, chunks);
      }
      budget.work(1);
    }
    return chunks;
  }

  /** Splits after a hyphen between two letters, and around dashes. */
  private static void hyphenated(
      StringValue paragraph, int from, int to, List<StringValue> chunks) {
    String text = paragraph.text();
    int start = from;
    int i = from;
    while (i < to) {
      if (text.charAt(i) != '-') {
        i++;
        continue;
      }
      int end = i;
      while (end < to && text.charAt(end) == '-') {
        end++;
      }
      boolean wordBefore = i > start && isWord(text.charAt(i - 1));
      boolean wordAfter = end < to && isWord(text.charAt(end));
      if (end - i >= 2 && wordAfter && i > start) {
        chunks.add(paragraph.substring(start, i));
        chunks.add(paragraph.substring(i, end));
        start = end;
      } else if (end - i == 1 && wordBefore && isLetterPair(text, i, start, to)) {
        chunks.add(paragraph.substring(start, end));
        start = end;
      }
      i = end;
    }
    if (start < to) {
      chunks.add(paragraph.substring(start, to));
    }
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || "!\"'&.,?".indexOf(c) >= 0;
  }

  /** Two letters before the hyphen (or letter, hyphen, letter), and a letter and more behind it. */
  private static boolean isLetterPair(String text, int hyphen, int from, int to) {
    boolean before =
        hyphen - from >= 2
            && Character.isLetter(text.charAt(hyphen - 1))
            && (Character.isLetter(text.charAt(hyphen - 2))
                || (text.charAt(hyphen - 2) == '-'
                    && hyphen - from >= 3
                    && Character.isLetter(text.charAt(hyphen - 3))));
    boolean after =
        hyphen + 2 < to
            && Character.isLetter(text.charAt(hyphen + 1))
            && (Character.isLetter(text.charAt(hyphen + 2))
                || (text.charAt(hyphen + 2) == '-'
                    && hyphen + 3 < to
                    && Character.isLetter(text.charAt(hyphen + 3))));
    return before && after;
  }
}
