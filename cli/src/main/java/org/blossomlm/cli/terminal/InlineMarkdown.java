package org.blossomlm.cli.terminal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;

/** The inline part of one line of Markdown: emphasis, code spans and escapes, as they arrive. */
final class InlineMarkdown {
  /** An opening marker that is not closed within so many characters is shown as it is. */
  private static final int LOOK_AHEAD = 400;

  /** Deeper nesting is shown as it is. */
  private static final int DEEPEST = 8;

  private static final int NONE = -1;

  private final Receiver receiver;
  private final StringBuilder held = new StringBuilder();
  private Set<Style> base = Set.of();
  private int previous = ' ';

  /** Takes text that is certain. */
  @FunctionalInterface
  interface Receiver {
    void accept(String text, Set<Style> style);
  }

  InlineMarkdown(Receiver receiver) {
    this.receiver = receiver;
  }

  /** A new line begins whose plain text has {@code style}. */
  void begin(Set<Style> style) {
    base = style;
    held.setLength(0);
    previous = ' ';
  }

  void write(String text) {
    held.append(text);
    int used = render(held.toString(), previous, base, false, 0);
    if (used > 0) {
      previous = held.charAt(used - 1);
      held.delete(0, used);
    }
  }

  /** The line is complete. */
  void end() {
    render(held.toString(), previous, base, true, 0);
    held.setLength(0);
    previous = ' ';
  }

  /**
   * Shows as much of {@code text} as is certain.
   *
   * @param before the character before {@code text}
   * @param complete whether no more text follows on this line
   * @return how many characters were shown
   */
  private int render(String text, int before, Set<Style> style, boolean complete, int depth) {
    int plain = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '*' && c != '_' && c != '`' && c != '\\') {
        i++;
        continue;
      }
      int run = runLength(text, i);
      boolean atEnd = i + run == text.length();
      if (atEnd && !complete) {
        break;
      }
      if (c == '\\') {
        if (run == 1 && !atEnd && isMarker(text.charAt(i + 1))) {
          receiver.accept(text.substring(plain, i), style);
          plain = i + 1;
          i++;
        }
        i += run;
        continue;
      }
      int left = i == 0 ? before : text.charAt(i - 1);
      int right = atEnd ? ' ' : text.charAt(i + run);
      // What lies beyond the window never counts, so that the answer does not depend on how much
      // text has arrived when the question is asked.
      int windowEnd = Math.min(text.length(), i + LOOK_AHEAD);
      Window window =
          new Window(text.substring(i, windowEnd), complete && windowEnd == text.length());
      boolean opener = c == '`' || (depth < DEEPEST && run <= longest(c) && opens(c, left, right));
      int length = !opener ? NONE : c == '`' ? window.codeSpan(0, run) : window.emphasis(run);
      if (length == NONE) {
        if (opener && !complete && text.length() - i < LOOK_AHEAD) {
          break;
        }
        i += run;
        continue;
      }
      receiver.accept(text.substring(plain, i), style);
      String inner = text.substring(i + run, i + length - run);
      if (c == '`') {
        receiver.accept(unpadded(inner), with(style, Style.CODE));
      } else {
        Set<Style> emphasised = run == 1 ? with(style, Style.ITALIC) : with(style, Style.BOLD);
        if (run == 3) {
          emphasised = with(emphasised, Style.ITALIC);
        }
        render(inner, c, emphasised, true, depth + 1);
      }
      i += length;
      plain = i;
    }
    receiver.accept(text.substring(plain, i), style);
    return i;
  }

  /**
   * The text in which a closing marker is looked for.
   *
   * @param complete whether no more text follows; if some may, a marker at the end decides nothing
   */
  private record Window(String text, boolean complete) {

    /** Where a code span ends: after a run of as many backticks (CommonMark 6.1). */
    int codeSpan(int start, int run) {
      for (int i = start + run; i < text.length(); ) {
        if (text.charAt(i) != '`') {
          i++;
          continue;
        }
        int length = runLength(text, i);
        if (length == run && (complete || i + length < text.length())) {
          return i + length;
        }
        i += length;
      }
      return NONE;
    }

    /** Where emphasis ends that opens with {@code run} markers at the start. */
    int emphasis(int run) {
      char marker = text.charAt(0);
      Deque<Integer> open = new ArrayDeque<>();
      open.push(run);
      for (int i = run; i < text.length(); ) {
        char c = text.charAt(i);
        if (c == '\\') {
          i += 2;
          continue;
        }
        if (c != marker && c != '`') {
          i++;
          continue;
        }
        int length = runLength(text, i);
        if (c == '`') {
          int codeEnd = codeSpan(i, length);
          if (codeEnd == NONE && !complete) {
            return NONE;
          }
          i = codeEnd == NONE ? i + length : codeEnd;
          continue;
        }
        if (i + length == text.length() && !complete) {
          return NONE;
        }
        if (length > longest(marker)) {
          i += length;
          continue;
        }
        int left = text.charAt(i - 1);
        int right = i + length < text.length() ? text.charAt(i + length) : ' ';
        int remaining = length;
        if (closes(marker, left, right)) {
          while (remaining > 0 && !open.isEmpty() && open.element() <= remaining) {
            remaining -= open.pop();
          }
          if (open.isEmpty()) {
            return i + length - remaining;
          }
        }
        if (remaining > 0 && opens(marker, left, right)) {
          open.push(remaining);
        }
        i += length;
      }
      return NONE;
    }
  }

  /** Two underscores are left alone, against CommonMark: {@code __init__} is a name. */
  private static int longest(char marker) {
    return marker == '_' ? 1 : 3;
  }

  private static boolean opens(char marker, int left, int right) {
    return !Character.isWhitespace(right) && !isInsideWord(marker, left, right);
  }

  private static boolean closes(char marker, int left, int right) {
    return !Character.isWhitespace(left) && !isInsideWord(marker, left, right);
  }

  /** Stars between Latin letters and digits are arithmetic; underscores are names. */
  private static boolean isInsideWord(char marker, int left, int right) {
    return marker == '_'
        ? Character.isLetterOrDigit(left) && Character.isLetterOrDigit(right)
        : left < 0x2E80
            && right < 0x2E80
            && (Character.isLetterOrDigit(left) || left == ')' || left == ']')
            && (Character.isLetterOrDigit(right) || right == '(' || right == '[');
  }

  private static int runLength(String text, int start) {
    int end = start + 1;
    while (end < text.length() && text.charAt(end) == text.charAt(start)) {
      end++;
    }
    return end - start;
  }

  private static boolean isMarker(char c) {
    return c == '*' || c == '_' || c == '`';
  }

  private static String unpadded(String code) {
    boolean padded =
        code.length() > 2 && code.startsWith(" ") && code.endsWith(" ") && !code.isBlank();
    return padded ? code.substring(1, code.length() - 1) : code;
  }

  private static Set<Style> with(Set<Style> style, Style added) {
    EnumSet<Style> both = EnumSet.of(added);
    both.addAll(style);
    return both;
  }
}
