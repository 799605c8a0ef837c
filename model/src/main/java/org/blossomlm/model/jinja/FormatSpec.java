package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.Locale;

/**
 * Python's format specification mini-language: {@code [[fill]align][sign][z][#][0][width][grouping]
 * [.precision][type]}.
 *
 * @param align one of {@code < > = ^}, or 0
 * @param grouping {@code ,} or {@code _}, or 0
 * @param precision negative if not given
 * @param type 0 if not given
 */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {
  private static final int MAXIMUM_PRECISION = 1000;

  static FormatSpec parse(String spec) {
    int i = 0;
    String fill = " ";
    char align = 0;
    boolean fillGiven = false;
    int first = spec.isEmpty() ? 0 : Character.charCount(spec.codePointAt(0));
    if (spec.length() > first && "<>=^".indexOf(spec.charAt(first)) >= 0) {
      fill = spec.substring(0, first);
      align = spec.charAt(first);
      fillGiven = true;
      i = first + 1;
    } else if (!spec.isEmpty() && "<>=^".indexOf(spec.charAt(0)) >= 0) {
      align = spec.charAt(0);
      i = 1;
    }
    char sign = '-';
    if (i < spec.length() && "+- ".indexOf(spec.charAt(i)) >= 0) {
      sign = spec.charAt(i++);
    }
    boolean alternate = i < spec.length() && spec.charAt(i) == '#';
    i += alternate ? 1 : 0;
    if (!fillGiven && i < spec.length() && spec.charAt(i) == '0') {
      i++;
      fill = "0";
      align = align == 0 ? '=' : align;
    }
    int widthEnd = digitsEnd(spec, i);
    int width = number(spec, i, widthEnd, 0);
    i = widthEnd;
    char grouping = 0;
    if (i < spec.length() && (spec.charAt(i) == ',' || spec.charAt(i) == '_')) {
      grouping = spec.charAt(i++);
    }
    int precision = -1;
    if (i < spec.length() && spec.charAt(i) == '.') {
      int end = digitsEnd(spec, i + 1);
      if (end == i + 1) {
        throw new JinjaException("format specifier missing precision");
      }
      precision = number(spec, i + 1, end, 0);
      i = end;
    }
    char type = i < spec.length() ? spec.charAt(i++) : 0;
    if (i < spec.length()) {
      throw new JinjaException("invalid format specifier " + PythonText.quote(spec));
    }
    return new FormatSpec(fill, align, sign, alternate, width, grouping, precision, type);
  }

  private static int digitsEnd(String spec, int from) {
    int i = from;
    while (i < spec.length() && spec.charAt(i) >= '0' && spec.charAt(i) <= '9') {
      i++;
    }
    return i;
  }

  private static int number(String spec, int from, int to, int fallback) {
    if (from == to) {
      return fallback;
    }
    if (to - from > 9) {
      throw new JinjaException("too many decimal digits in format string");
    }
    return Integer.parseInt(spec.substring(from, to));
  }

  /** {@code format(value, this)}. */
  StringValue apply(Value value, Budget budget) {
    budget.text(width);
    return switch (value) {
      case StringValue string -> text(string, budget);
      case Value.Float real -> real(real.value(), budget);
      case Value.Numeric integer -> integer(integer, budget);
      default ->
          throw new JinjaException(
              "unsupported format string passed to " + value.typeName() + ".__format__");
    };
  }

  private StringValue text(StringValue string, Budget budget) {
    if (type != 0 && type != 's') {
      throw unknownType("str");
    }
    if (sign != '-' || alternate || grouping != 0 || (align == '=' && !fill.equals("0"))) {
      throw new JinjaException("sign, '#', ',' and '=' are not allowed in a format of a string");
    }
    StringValue kept =
        precision >= 0 && precision < string.size()
            ? string.substring(0, string.offset(precision))
            : string;
    return pad(kept, align == '=' || align == 0 ? '<' : align, budget);
  }

  @SuppressWarnings("OrphanedFormatString") // Python's message.
  private StringValue integer(Value.Numeric value, Budget budget) {
    BigInteger magnitude = value.integer().abs();
    String prefix = sign(value.integer().signum() < 0);
    return switch (type) {
      case 0, 'd', 'n' -> number(prefix, magnitude.toString(), "", 3, budget);
      case 'b' -> radix(prefix, magnitude, 2, "0b", budget);
      case 'o' -> radix(prefix, magnitude, 8, "0o", budget);
      case 'x', 'X' -> radix(prefix, magnitude, 16, "0" + type, budget);
      case 'c' -> {
        int codePoint = Indices.clamp(value.integer());
        if (!Character.isValidCodePoint(codePoint)) {
          throw new JinjaException("%c arg not in range(0x110000)");
        }
        yield pad(StringValue.trusted(Character.toString(codePoint)), align('<'), budget);
      }
      case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> real(Numbers.asDouble(value), budget);
      default -> throw unknownType("int");
    };
  }

  private StringValue radix(
      String prefix, BigInteger magnitude, int radix, String mark, Budget budget) {
    if (precision >= 0) {
      throw new JinjaException("precision not allowed in integer format specifier");
    }
    String digits = magnitude.toString(radix);
    return number(
        prefix + (alternate ? mark : ""),
        type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits,
        "",
        4,
        budget);
  }

  private StringValue real(double value, Budget budget) {
    if (precision > MAXIMUM_PRECISION) {
      throw new JinjaException("precision " + precision + " exceeds " + MAXIMUM_PRECISION);
    }
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    double magnitude = Math.abs(value);
    String text =
        switch (type) {
          case 0 -> defaultReal(magnitude);
          case 'e', 'E', 'f', 'F', 'g', 'G', '%' ->
              FloatText.format(magnitude, type, precision < 0 ? 6 : precision, alternate);
          case 'n' -> FloatText.format(magnitude, 'g', precision < 0 ? 6 : precision, alternate);
          default -> throw unknownType("float");
        };
    int end = 0;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return number(sign(negative), text.substring(0, end), text.substring(end), 3, budget);
  }

  /** Like {@code g}, but with at least one digit behind the point. */
  private String defaultReal(double magnitude) {
    if (precision < 0) {
      return FloatText.repr(magnitude);
    }
    String text = FloatText.format(magnitude, 'g', precision, alternate);
    boolean plain = text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (plain && text.length() >= Math.max(1, precision)) {
      return FloatText.format(magnitude, 'e', Math.max(0, precision - 1), alternate);
    }
    return plain ? text + ".0" : text;
  }

  private String sign(boolean negative) {
    return negative ? "-" : sign == '+' ? "+" : sign == ' ' ? " " : "";
  }

  private StringValue number(
      String prefix, String whole, String rest, int groupSize, Budget budget) {
    String digits = whole;
    if (grouping != 0) {
      if (fill.equals("0") && align == '=') {
        int room = width - prefix.length() - rest.length();
        while (grouped(digits, groupSize).length() < room) {
          digits = "0" + digits;
        }
      }
      digits = grouped(digits, groupSize);
    }
    String body = digits + rest;
    if (align == '=') {
      int missing = Math.max(0, width - prefix.length() - body.length());
      return StringValue.trusted(prefix + fill.repeat(missing) + body);
    }
    return pad(StringValue.trusted(prefix + body), align('>'), budget);
  }

  private String grouped(String digits, int groupSize) {
    StringBuilder out = new StringBuilder(digits);
    for (int i = digits.length() - groupSize; i > 0; i -= groupSize) {
      out.insert(i, grouping);
    }
    return out.toString();
  }

  private char align(char fallback) {
    return align == 0 ? fallback : align;
  }

  private StringValue pad(StringValue string, char alignment, Budget budget) {
    int missing = Math.max(0, width - string.size());
    int left =
        switch (alignment) {
          case '<' -> 0;
          case '^' -> missing / 2;
          default -> missing;
        };
    return StringEdits.pad(string, left, missing - left, StringValue.trusted(fill), budget);
  }

  private JinjaException unknownType(String of) {
    return new JinjaException("unknown format code '" + type + "' for object of type '" + of + "'");
  }
}
