package org.blossomlm.data.generate;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON value out of what a model wrote. All of JSON is read as Jackson reads it; beyond
 * it, where there is only one way to understand the text:
 *
 * <ul>
 *   <li>a comma before a closing bracket;
 *   <li>strings in single quotes: such a string ends at a quote that a comma, colon or closing
 *       bracket follows, so that {@code 'don't'} is one string;
 *   <li>keys and strings in Chinese quotation marks, full-width commas and colons between values;
 *   <li>line breaks and tabs inside of strings;
 *   <li>a backslash that starts no escape, as in {@code "\( x \)"}, stands for itself;
 *   <li>{@code True}, {@code False} and {@code None}.
 * </ul>
 *
 * A text that ends early is an error, never half a value.
 */
final class LenientJson {
  /** What models write is flat; deeper nesting is damage. */
  private static final int DEEPEST = 64;

  private static final int LONGEST_NUMBER = 200;

  private final String text;
  private int at;

  private LenientJson(String text, int start) {
    this.text = text;
    this.at = start;
  }

  /** A value and where it ended. */
  record Parsed(@Nullable Object value, int end) {}

  /** What was wrong, and where. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: damaged text throws one for every brace that is tried. */
    SyntaxException(String message) {
      super(message, null, false, false);
    }
  }

  /** Reads the value that begins at {@code start}. */
  static Parsed parse(String text, int start) throws SyntaxException {
    LenientJson parser = new LenientJson(text, start);
    Object value = parser.value(0);
    return new Parsed(value, parser.at);
  }

  private @Nullable Object value(int depth) throws SyntaxException {
    if (depth > DEEPEST) {
      throw error("values are nested more than " + DEEPEST + " deep");
    }
    skipSpace();
    char c = peek();
    return switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"', '\'', '“' -> string();
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> word();
    };
  }

  private Map<String, @Nullable Object> object(int depth) throws SyntaxException {
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    at++;
    skipSpace();
    while (peek() != '}') {
      char c = peek();
      if (c != '"' && c != '\'' && c != '“') {
        throw error("expected a key in double quotes, found " + shown(c));
      }
      String key = string();
      skipSpace();
      if (peek() != ':' && peek() != '：') {
        throw error("expected a colon after the key \"" + key + "\", found " + shown(peek()));
      }
      at++;
      result.put(key, value(depth + 1));
      separator('}');
    }
    at++;
    return result;
  }

  private List<@Nullable Object> array(int depth) throws SyntaxException {
    List<@Nullable Object> result = new ArrayList<>();
    at++;
    skipSpace();
    while (peek() != ']') {
      result.add(value(depth + 1));
      separator(']');
    }
    at++;
    return result;
  }

  private void separator(char close) throws SyntaxException {
    skipSpace();
    char c = peek();
    if (c == ',' || c == '，') {
      at++;
      skipSpace();
    } else if (c != close) {
      throw error("expected a comma or " + close + ", found " + shown(c));
    }
  }

  private String string() throws SyntaxException {
    int start = at;
    char open = text.charAt(at++);
    StringBuilder result = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '\\') {
        escape(result);
      } else if (ends(c, open)) {
        return result.toString();
      } else {
        result.append(c);
      }
    }
    at = start;
    throw error("a string is not closed");
  }

  /** Whether {@code c}, just read, closes a string that {@code open} began. */
  private boolean ends(char c, char open) {
    return switch (open) {
      case '"' -> c == '"';
      case '“' -> c == '”' && followedByStructure();
      default -> c == '\'' && followedByStructure();
    };
  }

  private boolean followedByStructure() {
    int next = at;
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    return next < text.length() && ",:}]，：".indexOf(text.charAt(next)) >= 0;
  }

  private void escape(StringBuilder result) throws SyntaxException {
    char c = peek();
    at++;
    switch (c) {
      case '"', '\\', '/', '\'' -> result.append(c);
      case 'n' -> result.append('\n');
      case 't' -> result.append('\t');
      case 'r' -> result.append('\r');
      case 'b' -> result.append('\b');
      case 'f' -> result.append('\f');
      case 'u' -> {
        int code = hex();
        if (code < 0) {
          result.append("\\u");
        } else {
          result.append((char) code);
          at += 4;
        }
      }
      default -> result.append('\\').append(c);
    }
  }

  /** The four digits that follow, or a negative number where there are none. */
  private int hex() {
    if (at + 4 > text.length()) {
      return -1;
    }
    int code = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      code = code * 16 + digit;
    }
    return code;
  }

  private Object number() throws SyntaxException {
    int start = at;
    boolean integer = true;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      integer &= text.charAt(at) == '-' || Character.isDigit(text.charAt(at));
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.length() > LONGEST_NUMBER) {
      at = start;
      throw error("a number has more than " + LONGEST_NUMBER + " digits");
    }
    try {
      if (integer && digits.length() < 19) {
        return Long.parseLong(digits);
      }
      return new BigDecimal(digits);
    } catch (NumberFormatException e) {
      at = start;
      throw error("\"" + digits + "\" is not a number");
    }
  }

  private @Nullable Object word() throws SyntaxException {
    int start = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    switch (word) {
      case "true", "True":
        return true;
      case "false", "False":
        return false;
      case "null", "None":
        return null;
      default:
        at = start;
        throw error("expected a value, found " + shown(text.charAt(start)));
    }
  }

  private void skipSpace() {
    while (at < text.length()
        && (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\uFEFF')) {
      at++;
    }
  }

  private char peek() throws SyntaxException {
    if (at >= text.length()) {
      throw error("the text ends before the JSON is complete");
    }
    return text.charAt(at);
  }

  private SyntaxException error(String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < at && i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new SyntaxException("line " + line + ", column " + column + ": " + message);
  }

  private static String shown(char c) {
    return "'" + c + "'";
  }
}
