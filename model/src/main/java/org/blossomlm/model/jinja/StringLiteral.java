package org.blossomlm.model.jinja;

/** Decodes the escapes of a string literal as Python's {@code unicode-escape} codec. */
final class StringLiteral {
  private final String raw;
  private final int line;
  private final StringBuilder out = new StringBuilder();
  private int position;

  private StringLiteral(String raw, int line) {
    this.raw = raw;
    this.line = line;
  }

  /**
   * @param raw what stands between the quotes
   */
  static String decode(String raw, int line) {
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    return new StringLiteral(raw, line).decode();
  }

  private String decode() {
    while (position < raw.length()) {
      char c = raw.charAt(position++);
      if (c == '\\') {
        escape();
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private void escape() {
    int codePoint = raw.codePointAt(position);
    position += Character.charCount(codePoint);
    switch (codePoint) {
      case '\n' -> {}
      case '\\', '\'', '"' -> out.appendCodePoint(codePoint);
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000b');
      case 'x' -> hexadecimal('x', 2);
      case 'u' -> hexadecimal('u', 4);
      case 'U' -> hexadecimal('U', 8);
      case 'N' -> named();
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(codePoint - '0');
      default -> unknown(codePoint);
    }
  }

  private void octal(int first) {
    int value = first;
    for (int i = 0; i < 2 && position < raw.length(); i++) {
      char c = raw.charAt(position);
      if (c < '0' || c > '7') {
        break;
      }
      value = value * 8 + (c - '0');
      position++;
    }
    out.appendCodePoint(value);
  }

  private void hexadecimal(char kind, int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      char c = position < raw.length() ? raw.charAt(position++) : '\0';
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new JinjaException("truncated \\" + kind + " escape in a string", line);
      }
      value = value * 16 + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw new JinjaException("illegal Unicode character in a string", line);
    }
    out.appendCodePoint((int) value);
  }

  private void named() {
    int end = raw.indexOf('}', position);
    if (position >= raw.length() || raw.charAt(position) != '{' || end < 0) {
      throw new JinjaException("malformed \\N character escape in a string", line);
    }
    String name = raw.substring(position + 1, end);
    try {
      out.appendCodePoint(Character.codePointOf(name));
    } catch (IllegalArgumentException e) {
      throw new JinjaException("unknown Unicode character name '" + name + "'", line);
    }
    position = end + 1;
  }

  /**
   * Keeps the backslash. Python encodes to ASCII first, so a character beyond it appears as the
   * escape that Python made of it.
   */
  private void unknown(int codePoint) {
    out.append('\\');
    if (codePoint < 0x80) {
      out.appendCodePoint(codePoint);
    } else if (codePoint < 0x100) {
      out.append('x').append(PythonText.hex(codePoint, 2));
    } else if (codePoint < 0x10000) {
      out.append('u').append(PythonText.hex(codePoint, 4));
    } else {
      out.append('U').append(PythonText.hex(codePoint, 8));
    }
  }
}
