package org.blossomlm.data.math;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a cleaned answer into the pieces that formulas and units are made of. */
final class MathTokens {
  /** Longer answers are text. */
  static final int MAX_TOKENS = 1_000;

  /** Longer numbers are text. */
  private static final int MAX_DIGITS = 1_000;

  private static final Pattern GROUPED = Pattern.compile("\\d{1,3}(?:,\\d{3})+(?!\\d|,\\d)");
  private static final Pattern PLAIN = Pattern.compile("\\d+");
  private static final Pattern FRACTION = Pattern.compile("\\.\\d+");
  private static final Pattern EXPONENT = Pattern.compile("[eE][+-]?\\d{1,4}(?![\\dA-Za-z.])");

  /** Words that stand between two answers, or between the parts of a mixed number. */
  private static final String JOINING = "和或与及又";

  enum Kind {
    NUMBER,
    /** A name after a backslash. */
    COMMAND,
    /** ASCII letters in a row. */
    WORD,
    /** Other letters in a row. */
    SCRIPT,
    /** What LaTeX sets as text. */
    NOTE,
    SYMBOL
  }

  /**
   * One piece.
   *
   * @param spaced whether a space comes before it
   */
  record Token(Kind kind, String text, boolean spaced) {
    boolean is(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    boolean command(String name) {
      return kind == Kind.COMMAND && text.equals(name);
    }
  }

  private MathTokens() {}

  /**
   * The pieces of {@code clean}.
   *
   * @throws NotMathException if there are too many, or one is too long
   */
  static List<Token> of(String clean) {
    if (clean.length() > AnswerText.MAX_LENGTH) {
      throw new NotMathException();
    }
    List<Token> tokens = new ArrayList<>();
    int depth = 0;
    int at = 0;
    while (at < clean.length()) {
      int start = at;
      while (at < clean.length() && clean.charAt(at) == ' ') {
        at++;
      }
      if (at == clean.length()) {
        break;
      }
      boolean spaced = at > start && !tokens.isEmpty();
      char c = clean.charAt(at);
      int end = end(clean, at, depth);
      String text = clean.substring(at, end);
      Kind kind = kind(clean, at);
      switch (kind) {
        case NUMBER -> text = text.replace(",", "");
        case COMMAND -> text = text.substring(1);
        case NOTE -> text = text.substring(1, text.length() - 1).strip();
        default -> {}
      }
      depth += c == '(' || c == '[' || c == AnswerText.SET_START ? 1 : 0;
      depth -= c == ')' || c == ']' || c == AnswerText.SET_END ? 1 : 0;
      tokens.add(new Token(kind, text, spaced));
      if (tokens.size() > MAX_TOKENS) {
        throw new NotMathException();
      }
      at = end;
    }
    return tokens;
  }

  private static Kind kind(String text, int at) {
    char c = text.charAt(at);
    if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
      return Kind.NUMBER;
    }
    if (c == '\\' && at + 1 < text.length() && isLetter(text.charAt(at + 1))) {
      return Kind.COMMAND;
    }
    if (c == AnswerText.NOTE_START && text.indexOf(AnswerText.NOTE_END, at) > 0) {
      return Kind.NOTE;
    }
    if (isLetter(c)) {
      return Kind.WORD;
    }
    return Character.isLetter(c) ? Kind.SCRIPT : Kind.SYMBOL;
  }

  private static int end(String text, int at, int depth) {
    return switch (kind(text, at)) {
      case NUMBER -> number(text, at, depth);
      case COMMAND -> run(text, at + 1);
      case WORD -> run(text, at);
      case NOTE -> text.indexOf(AnswerText.NOTE_END, at) + 1;
      case SCRIPT -> {
        int end = at + 1;
        while (JOINING.indexOf(text.charAt(at)) < 0
            && end < text.length()
            && kind(text, end) == Kind.SCRIPT
            && JOINING.indexOf(text.charAt(end)) < 0) {
          end++;
        }
        yield end;
      }
      case SYMBOL -> at + 1;
    };
  }

  private static int run(String text, int at) {
    int end = at;
    while (end < text.length() && isLetter(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int number(String text, int at, int depth) {
    int end = at;
    if (isDigit(text.charAt(at))) {
      // Within brackets a comma separates: (1,234) is a point.
      Matcher grouped = GROUPED.matcher(text).region(at, text.length());
      grouped.useTransparentBounds(true);
      Matcher plain = PLAIN.matcher(text).region(at, text.length());
      boolean first = at < 2 || text.charAt(at - 1) != ',' || !isDigit(text.charAt(at - 2));
      if (depth == 0 && first && grouped.lookingAt()) {
        end = grouped.end();
      } else if (plain.lookingAt()) {
        end = plain.end();
      }
    }
    Matcher fraction = FRACTION.matcher(text).region(end, text.length());
    if (fraction.lookingAt()) {
      end = fraction.end();
    }
    Matcher exponent = EXPONENT.matcher(text).region(end, text.length());
    exponent.useTransparentBounds(true);
    if (exponent.lookingAt()) {
      end = exponent.end();
    }
    if (end - at > MAX_DIGITS) {
      throw new NotMathException();
    }
    return end;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
