package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers in the spelling that Python's {@code int()} and {@code float()} read. */
final class NumberText {
  private static final Pattern REAL =
      Pattern.compile(
          "[+-]?(\\d++(_\\d++)*+)?(\\.(\\d++(_\\d++)*+)?)?(e[+-]?\\d++(_\\d++)*+)?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern SPECIAL =
      Pattern.compile("([+-]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);

  private NumberText() {}

  private static String strip(String text) {
    return StringEdits.strip(StringValue.trusted(text), null, true, true).text();
  }

  /** The integer, or null if {@code text} is none. */
  static @Nullable BigInteger integer(String text, int base, Budget budget) {
    String digits = strip(text);
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = base;
    int prefixed = prefixRadix(digits);
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      radix = prefixed;
      digits = digits.substring(2);
      digits = digits.startsWith("_") ? digits.substring(1) : digits;
    } else if (base == 0) {
      radix = 10;
      if (digits.length() > 1 && digits.startsWith("0") && !digits.matches("0[0_]*")) {
        return null;
      }
    }
    if (radix < 2
        || radix > 36
        || digits.isEmpty()
        || digits.startsWith("_")
        || digits.endsWith("_")
        || digits.contains("__")) {
      return null;
    }
    digits = digits.replace("_", "");
    for (int i = 0; i < digits.length(); i++) {
      if (Character.digit(digits.charAt(i), radix) < 0) {
        return null;
      }
    }
    budget.integerBits(digits.length());
    BigInteger value = new BigInteger(digits, radix);
    return negative ? value.negate() : value;
  }

  private static int prefixRadix(String digits) {
    if (digits.length() < 2 || digits.charAt(0) != '0') {
      return 0;
    }
    return switch (digits.charAt(1)) {
      case 'b', 'B' -> 2;
      case 'o', 'O' -> 8;
      case 'x', 'X' -> 16;
      default -> 0;
    };
  }

  /** The float, or null if {@code text} is none. */
  static @Nullable Double real(String text) {
    String stripped = strip(text);
    var special = SPECIAL.matcher(stripped);
    if (special.matches()) {
      double value =
          Character.toLowerCase(special.group(2).charAt(0)) == 'n'
              ? Double.NaN
              : Double.POSITIVE_INFINITY;
      return special.group(1).equals("-") ? -value : value;
    }
    boolean hasDigit = stripped.matches("[+-]?\\.?[0-9].*");
    if (!hasDigit || !REAL.matcher(stripped).matches()) {
      return null;
    }
    return Double.valueOf(stripped.replace("_", ""));
  }
}
