package org.blossomlm.model.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.blossomlm.model.jinja.Token.Kind;

/**
 * Splits a template into tokens, with the whitespace rules of {@code trim_blocks} (the newline
 * after a block or comment is dropped), {@code lstrip_blocks} (blanks between the start of a line
 * and a block or comment are dropped) and the {@code -} and {@code +} signs that override both.
 * Newlines are normalised to {@code \n}, and a single one at the end of the source is dropped.
 */
final class Lexer {
  private static final String[] OPERATORS = {
    "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";"
  };

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<String> openBrackets = new ArrayDeque<>();
  private int position;
  private int line = 1;

  /** Whether the text at {@link #position} starts a line of the source. */
  private boolean lineStarting = true;

  private Lexer(String source) {
    String normalised = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source =
        normalised.endsWith("\n") ? normalised.substring(0, normalised.length() - 1) : normalised;
  }

  /** All tokens, the last of kind {@link Kind#END}. */
  static List<Token> tokenize(String source) {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (position < source.length()) {
      int begin = nextBegin(position);
      if (begin < 0) {
        addData(source.substring(position));
        position = source.length();
        break;
      }
      switch (source.charAt(begin + 1)) {
        case '#' -> comment(begin);
        case '{' -> tag(begin, Kind.VARIABLE_BEGIN);
        default -> {
          int rawEnd = rawBeginEnd(begin);
          if (rawEnd >= 0) {
            raw(begin, rawEnd);
          } else {
            tag(begin, Kind.BLOCK_BEGIN);
          }
        }
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextBegin(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "%{#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Emits the data before a tag that begins at {@code begin}, stripped as its sign asks. */
  private void dataBefore(int begin, boolean isVariable) {
    String data = source.substring(position, begin);
    char sign = charAt(begin + 2);
    String kept = data;
    if (sign == '-') {
      kept = stripTrailing(data);
    } else if (sign != '+' && !isVariable) {
      int lineStart = data.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || lineStarting) && isBlank(data, lineStart)) {
        kept = data.substring(0, lineStart);
      }
    }
    addData(kept);
    countLines(data, kept.length(), data.length());
    lineStarting = false;
    position = begin + (sign == '-' || sign == '+' ? 3 : 2);
  }

  private void addData(String data) {
    if (!data.isEmpty()) {
      tokens.add(new Token(Kind.DATA, data, line));
      countLines(data, 0, data.length());
    }
  }

  private void comment(int begin) {
    dataBefore(begin, false);
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new JinjaException("missing end of comment tag '#}'", line);
    }
    char sign = end > position ? source.charAt(end - 1) : ' ';
    finishTag(end + 2, sign, true);
  }

  /** Where the tag {@code {% raw %}} that begins at {@code begin} ends, or -1 if it is another. */
  private int rawBeginEnd(int begin) {
    int i = skipSign(begin + 2);
    i = skipWord(i, "raw");
    if (i < 0) {
      return -1;
    }
    if (source.startsWith("-%}", i)) {
      return skipSpace(i + 3);
    }
    return source.startsWith("%}", i) ? i + 2 : -1;
  }

  private void raw(int begin, int contentStart) {
    dataBefore(begin, false);
    countLines(source, position, contentStart);
    lineStarting = source.charAt(contentStart - 1) == '\n';
    position = contentStart;
    for (int i = source.indexOf("{%", position); i >= 0; i = source.indexOf("{%", i + 1)) {
      int end = skipWord(skipSign(i + 2), "endraw");
      if (end < 0) {
        continue;
      }
      char sign = charAt(end);
      int close = sign == '-' || sign == '+' ? end + 1 : end;
      if (source.startsWith("%}", close)) {
        dataBefore(i, false);
        finishTag(close + 2, sign, true);
        return;
      }
    }
    throw new JinjaException("missing end of raw directive '{% endraw %}'", line);
  }

  /** After spaces, {@code word} and spaces; -1 if the word is not there. */
  private int skipWord(int from, String word) {
    int start = skipSpace(from);
    return source.startsWith(word, start) ? skipSpace(start + word.length()) : -1;
  }

  private int skipSign(int from) {
    return charAt(from) == '-' || charAt(from) == '+' ? from + 1 : from;
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && PythonText.isSpace(source.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Moves behind a closing delimiter that ends at {@code end}. */
  private void finishTag(int end, char sign, boolean trimNewline) {
    int next = end;
    if (sign == '-') {
      next = skipSpace(end);
    } else if (trimNewline && sign != '+' && charAt(end) == '\n') {
      next = end + 1;
    }
    countLines(source, position, next);
    lineStarting = source.charAt(next - 1) == '\n';
    position = next;
  }

  private void tag(int begin, Kind kind) {
    boolean isVariable = kind == Kind.VARIABLE_BEGIN;
    dataBefore(begin, isVariable);
    tokens.add(new Token(kind, "", line));
    openBrackets.clear();
    String close = isVariable ? "}}" : "%}";
    while (position < source.length()) {
      if (openBrackets.isEmpty() && closeTag(close, isVariable)) {
        return;
      }
      char c = source.charAt(position);
      if (PythonText.isSpace(c)) {
        if (c == '\n') {
          line++;
        }
        position++;
      } else if (c == '\'' || c == '"') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (isNamePart(source.codePointAt(position))) {
        name();
      } else {
        operator();
      }
    }
  }

  private boolean closeTag(String close, boolean isVariable) {
    char c = source.charAt(position);
    char sign = c == '-' || (c == '+' && !isVariable) ? c : ' ';
    int start = sign == ' ' ? position : position + 1;
    if (!source.startsWith(close, start)) {
      return false;
    }
    tokens.add(new Token(isVariable ? Kind.VARIABLE_END : Kind.BLOCK_END, "", line));
    finishTag(start + 2, sign, !isVariable);
    return true;
  }

  private void string(char quote) {
    int i = position + 1;
    while (i < source.length() && source.charAt(i) != quote) {
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    if (i >= source.length()) {
      throw new JinjaException("a string that starts with " + quote + " does not end", line);
    }
    String raw = source.substring(position + 1, i);
    tokens.add(new Token(Kind.STRING, StringLiteral.decode(raw, line), line));
    countLines(raw, 0, raw.length());
    position = i + 1;
  }

  private void number() {
    boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
    int end = afterDot ? -1 : floatEnd(position);
    if (end > 0) {
      addNumber(Kind.FLOAT, end);
      return;
    }
    addNumber(Kind.INTEGER, integerEnd(position));
  }

  private void addNumber(Kind kind, int end) {
    tokens.add(new Token(kind, source.substring(position, end).replace("_", ""), line));
    position = end;
  }

  /** The end of a float (digits with a fraction or an exponent), or -1. */
  private int floatEnd(int from) {
    int whole = digitsEnd(from, 10);
    int end = whole;
    if (charAt(end) == '.' && isDigit(charAt(end + 1), 10)) {
      end = digitsEnd(end + 1, 10);
    }
    if (charAt(end) == 'e' || charAt(end) == 'E') {
      int digits = charAt(end + 1) == '-' || charAt(end + 1) == '+' ? end + 2 : end + 1;
      if (isDigit(charAt(digits), 10)) {
        return digitsEnd(digits, 10);
      }
    }
    return end == whole ? -1 : end;
  }

  private int integerEnd(int from) {
    if (charAt(from) == '0') {
      int base =
          switch (charAt(from + 1)) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 10;
          };
      if (base != 10) {
        int digits = charAt(from + 2) == '_' ? from + 3 : from + 2;
        return isDigit(charAt(digits), base) ? digitsEnd(digits, base) : from + 1;
      }
      int i = from + 1;
      while (charAt(i) == '0' || (charAt(i) == '_' && charAt(i + 1) == '0')) {
        i++;
      }
      return i;
    }
    return digitsEnd(from, 10);
  }

  private int digitsEnd(int from, int base) {
    int i = from;
    while (isDigit(charAt(i), base) || (charAt(i) == '_' && isDigit(charAt(i + 1), base))) {
      i++;
    }
    return i;
  }

  private static boolean isDigit(char c, int base) {
    return c < 0x80 && Character.digit(c, base) >= 0;
  }

  private void name() {
    int i = position;
    while (i < source.length() && isNamePart(source.codePointAt(i))) {
      i += Character.charCount(source.codePointAt(i));
    }
    String name = source.substring(position, i);
    if (!Character.isUnicodeIdentifierStart(name.codePointAt(0)) && name.charAt(0) != '_') {
      throw new JinjaException("invalid character in identifier '" + name + "'", line);
    }
    tokens.add(new Token(Kind.NAME, name, line));
    position = i;
  }

  private static boolean isNamePart(int codePoint) {
    return codePoint == '_'
        || Character.isLetterOrDigit(codePoint)
        || (codePoint >= 0x80
            && Character.isUnicodeIdentifierPart(codePoint)
            && !Character.isIdentifierIgnorable(codePoint));
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, position)) {
        balance(operator);
        tokens.add(new Token(Kind.OPERATOR, operator, line));
        position += operator.length();
        return;
      }
    }
    throw new JinjaException(
        "unexpected character '" + Character.toString(source.codePointAt(position)) + "'", line);
  }

  private void balance(String operator) {
    switch (operator) {
      case "(" -> openBrackets.push(")");
      case "[" -> openBrackets.push("]");
      case "{" -> openBrackets.push("}");
      case ")", "]", "}" -> {
        if (openBrackets.isEmpty()) {
          throw new JinjaException("unexpected '" + operator + "'", line);
        }
        String expected = openBrackets.pop();
        if (!expected.equals(operator)) {
          throw new JinjaException(
              "unexpected '" + operator + "', expected '" + expected + "'", line);
        }
      }
      default -> {}
    }
  }

  private char charAt(int index) {
    return index < source.length() ? source.charAt(index) : '\0';
  }

  private void countLines(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) == '\n') {
        line++;
      }
    }
  }

  private static boolean isBlank(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!PythonText.isSpace(text.charAt(i))) {
        return false;
      }
    }
    return from < text.length();
  }

  private static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && PythonText.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }
}
