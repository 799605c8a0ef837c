package org.blossomlm.model.jinja;

/** Python's classes of characters and its way of quoting. */
final class PythonText {
  private PythonText() {}

  /** {@code str.isspace} of one character; also what {@code \s} matches in the template syntax. */
  static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case ' ', '\t', '\n', 0x0b, '\f', '\r', 0x1c, 0x1d, 0x1e, 0x1f, 0x85, 0xa0, 0x1680 -> true;
      case 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200a;
    };
  }

  /** The characters at which {@code str.splitlines} splits. */
  static boolean isLineBreak(int codePoint) {
    return switch (codePoint) {
      case '\n', 0x0b, '\f', '\r', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
      default -> false;
    };
  }

  /** Whether {@code repr} shows the character as it is. */
  static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> codePoint == ' ';
      default -> true;
    };
  }

  /** {@code str.isdigit} of one character: decimal digits and such as superscripts. */
  static boolean isDigit(int codePoint) {
    if (Character.isDigit(codePoint)) {
      return true;
    }
    return switch (codePoint) {
      case 0xb2, 0xb3, 0xb9, 0x19da, 0x2070, 0x24ea, 0x24ff -> true;
      default ->
          in(codePoint, 0x1369, 0x1371)
              || in(codePoint, 0x2074, 0x2079)
              || in(codePoint, 0x2080, 0x2089)
              || in(codePoint, 0x2460, 0x2468)
              || in(codePoint, 0x2474, 0x247c)
              || in(codePoint, 0x2488, 0x2490)
              || in(codePoint, 0x24f5, 0x24fd)
              || in(codePoint, 0x2776, 0x277e)
              || in(codePoint, 0x2780, 0x2788)
              || in(codePoint, 0x278a, 0x2792)
              || in(codePoint, 0x1f100, 0x1f10a);
    };
  }

  /** {@code str.isnumeric} of one character: also fractions, Roman and Chinese numerals. */
  static boolean isNumeric(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> "〇一二三四五六七八九十百千万亿兆零壹贰叁肆伍陆柒捌玖拾佰仟萬億貳參陸兩两廿卅卌".indexOf(codePoint) >= 0;
    };
  }

  static boolean isAlphanumeric(int codePoint) {
    return Character.isLetter(codePoint) || isDigit(codePoint) || isNumeric(codePoint);
  }

  /** The quotes that Python's repr chooses for {@code text}. */
  static char quoteFor(String text) {
    return text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
  }

  /** Python's repr of {@code text}. */
  static String quote(String text) {
    char quote = quoteFor(text);
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints().forEach(codePoint -> escape(out, codePoint, quote, false));
    return out.append(quote).toString();
  }

  static void escape(StringBuilder out, int codePoint, char quote, boolean asciiOnly) {
    switch (codePoint) {
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (codePoint == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(codePoint) && (codePoint < 0x80 || !asciiOnly)) {
          out.appendCodePoint(codePoint);
        } else if (codePoint < 0x100) {
          out.append("\\x").append(hex(codePoint, 2));
        } else if (codePoint < 0x10000) {
          out.append("\\u").append(hex(codePoint, 4));
        } else {
          out.append("\\U").append(hex(codePoint, 8));
        }
      }
    }
  }

  static String hex(int value, int digits) {
    String hex = Integer.toHexString(value);
    return "0".repeat(Math.max(0, digits - hex.length())) + hex;
  }

  private static boolean in(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }
}
