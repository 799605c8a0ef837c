package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Floats as Python prints them. */
final class FloatText {
  private FloatText() {}

  /** The shortest text that reads back as {@code value}, in Python's layout. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    if (shortest.precision() == 2) {
      shortest = oneDigitIfExact(shortest, value);
    }
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      return sign + scientific(digits, exponent, 'e');
    }
    String plain = shortest.toPlainString();
    return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
  }

  /** Java prints at least two digits, such as 4.9E-324, where one may do. */
  private static BigDecimal oneDigitIfExact(BigDecimal twoDigits, double value) {
    BigDecimal rounded = twoDigits.round(new MathContext(1, RoundingMode.HALF_EVEN));
    return rounded.doubleValue() == Math.abs(value) ? rounded.stripTrailingZeros() : twoDigits;
  }

  /** {@code digits} with a point after the first, and an exponent of at least two digits. */
  private static String scientific(String digits, int exponent, char letter) {
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return mantissa + exponentText(exponent, letter);
  }

  private static String exponentText(int exponent, char letter) {
    String magnitude = Integer.toString(Math.abs(exponent));
    return letter + (exponent < 0 ? "-" : "+") + (magnitude.length() < 2 ? "0" : "") + magnitude;
  }

  /**
   * Python's {@code f}, {@code e}, {@code g} and {@code %} presentations of a value that is not
   * negative.
   *
   * @param type one of {@code e E f F g G %}
   * @param alternate keeps the point and, for {@code g}, trailing zeros
   */
  static String format(double value, char type, int precision, boolean alternate) {
    boolean upper = Character.isUpperCase(type);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      String name = Double.isNaN(value) ? "nan" : "inf";
      return (upper ? name.toUpperCase(Locale.ROOT) : name) + (type == '%' ? "%" : "");
    }
    BigDecimal exact = new BigDecimal(value);
    return switch (Character.toLowerCase(type)) {
      case 'f' -> fixed(exact, precision, alternate);
      case '%' -> fixed(exact.movePointRight(2), precision, alternate) + "%";
      case 'e' -> exponential(exact, precision, alternate, upper ? 'E' : 'e');
      default -> general(exact, precision, alternate, upper ? 'E' : 'e');
    };
  }

  private static String fixed(BigDecimal exact, int precision, boolean alternate) {
    String text = exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    return precision == 0 && alternate ? text + "." : text;
  }

  private static String exponential(
      BigDecimal exact, int precision, boolean alternate, char letter) {
    int exponent = 0;
    String digits = "0".repeat(precision + 1);
    if (exact.signum() != 0) {
      BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
      exponent = rounded.precision() - rounded.scale() - 1;
      digits = rounded.unscaledValue().toString();
      digits =
          digits.length() > precision + 1
              ? digits.substring(0, precision + 1)
              : digits + "0".repeat(precision + 1 - digits.length());
    }
    String mantissa = digits.charAt(0) + (precision > 0 || alternate ? "." : "");
    return mantissa + digits.substring(1) + exponentText(exponent, letter);
  }

  private static String general(BigDecimal exact, int precision, boolean alternate, char letter) {
    int significant = Math.max(precision, 1);
    if (exact.signum() == 0) {
      return alternate ? "0." + "0".repeat(significant - 1) : "0";
    }
    BigDecimal rounded = exact.round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent < -4 || exponent >= significant) {
      String text = exponential(exact, significant - 1, alternate, letter);
      int mantissaEnd = text.indexOf(letter);
      return alternate
          ? text
          : withoutTrailingZeros(text.substring(0, mantissaEnd)) + text.substring(mantissaEnd);
    }
    String text = fixed(exact, significant - 1 - exponent, alternate);
    return alternate ? text : withoutTrailingZeros(text);
  }

  private static String withoutTrailingZeros(String text) {
    if (text.indexOf('.') < 0) {
      return text;
    }
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
  }
}
