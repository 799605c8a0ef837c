package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** Python's {@code format % values}. */
final class PercentFormat {
  private static final int MAXIMUM_PRECISION = 1000;

  private final StringValue format;
  private final String text;
  private final Value source;
  private final List<Value> positional;
  private final Budget budget;
  private final TextBuilder out;
  private int position;
  private int used;

  private PercentFormat(StringValue format, Value source, Budget budget) {
    this.format = format;
    this.text = format.text();
    this.source = source;
    this.positional = source instanceof TupleValue tuple ? tuple.elements() : List.of(source);
    this.budget = budget;
    this.out = new TextBuilder(budget);
  }

  static StringValue format(StringValue format, Value values, Budget budget) {
    StringValue result = new PercentFormat(format, values, budget).run();
    return format.isMarkup() ? result.asMarkup() : result;
  }

  /** {@code %[flags][width][.precision]type}. */
  private record Directive(
      boolean left,
      boolean plus,
      boolean blank,
      boolean zero,
      boolean alternate,
      int width,
      int precision) {
    boolean hasPrecision() {
      return precision >= 0;
    }
  }

  private StringValue run() {
    while (position < text.length()) {
      int percent = text.indexOf('%', position);
      if (percent < 0) {
        break;
      }
      out.append(format, position, percent);
      position = percent + 1;
      directive();
    }
    out.append(format, position, text.length());
    // Python complains of unused values only where they cannot be subscripted.
    boolean mapping =
        source instanceof DictValue
            || source instanceof ListValue
            || source instanceof RangeValue
            || source instanceof Undefined;
    if (used < positional.size() && !mapping) {
      throw new JinjaException("not all arguments converted during string formatting");
    }
    return out.build();
  }

  private char next() {
    if (position >= text.length()) {
      throw new JinjaException("incomplete format");
    }
    return text.charAt(position++);
  }

  private Value nextValue() {
    if (used >= positional.size()) {
      throw new JinjaException("not enough arguments for format string");
    }
    return positional.get(used++);
  }

  private void directive() {
    Value keyed = null;
    if (position < text.length() && text.charAt(position) == '(') {
      keyed = keyed();
    }
    boolean left = false;
    boolean plus = false;
    boolean blank = false;
    boolean zero = false;
    boolean alternate = false;
    char c = next();
    while ("-+ 0#".indexOf(c) >= 0) {
      left |= c == '-';
      plus |= c == '+';
      blank |= c == ' ';
      zero |= c == '0';
      alternate |= c == '#';
      c = next();
    }
    position--;
    int width = number();
    if (width < 0 && width != Integer.MIN_VALUE) {
      left = true;
      width = -width;
    }
    int precision = -1;
    c = next();
    if (c == '.') {
      precision = Math.max(0, number());
      c = next();
    }
    while (c == 'h' || c == 'l' || c == 'L') {
      c = next();
    }
    if (c == '%') {
      out.append(format, position - 1, position);
      return;
    }
    Directive directive =
        new Directive(left, plus, blank, zero, alternate, Math.max(0, width), precision);
    budget.text(directive.width());
    convert(c, keyed == null ? nextValue() : keyed, directive);
  }

  private Value keyed() {
    int depth = 1;
    int start = ++position;
    while (depth > 0) {
      char c = next();
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    if (!(source instanceof DictValue dict)) {
      throw new JinjaException("format requires a mapping");
    }
    used = positional.size();
    String key = text.substring(start, position - 1);
    Value value = dict.get(StringValue.trusted(key));
    if (value == null) {
      throw new JinjaException("format key " + PythonText.quote(key) + " is missing");
    }
    return value;
  }

  /** A number or {@code *}; the smallest integer if there is neither. */
  private int number() {
    if (position < text.length() && text.charAt(position) == '*') {
      position++;
      Value value = nextValue();
      if (!Indices.isIndex(value)) {
        throw new JinjaException("* wants int");
      }
      return Indices.clamp(((Value.Numeric) value).integer());
    }
    int start = position;
    long number = 0;
    while (position < text.length()
        && text.charAt(position) >= '0'
        && text.charAt(position) <= '9') {
      number = Math.min(number * 10 + (text.charAt(position) - '0'), Integer.MAX_VALUE);
      position++;
    }
    return position == start ? Integer.MIN_VALUE : (int) number;
  }

  private void convert(char type, Value value, Directive directive) {
    switch (type) {
      case 's' -> pad(cut(string(value), directive), directive);
      case 'r' -> pad(cut(Printer.repr(value, budget), directive), directive);
      case 'a' -> pad(cut(Printer.ascii(value, budget), directive), directive);
      case 'c' -> pad(character(value), directive);
      case 'd', 'i', 'u' -> integer(truncated(type, value), 10, "", false, directive);
      case 'o' -> integer(exact(type, value), 8, "0o", false, directive);
      case 'x' -> integer(exact(type, value), 16, "0x", false, directive);
      case 'X' -> integer(exact(type, value), 16, "0X", true, directive);
      case 'e', 'E', 'f', 'F', 'g', 'G' -> real(type, value, directive);
      default ->
          throw new JinjaException(
              "unsupported format character '" + type + "' at index " + (position - 1));
    }
  }

  private StringValue string(Value value) {
    return format.isMarkup() ? Html.escape(value, budget) : Printer.str(value, budget);
  }

  private static StringValue cut(StringValue string, Directive directive) {
    return directive.hasPrecision() && directive.precision() < string.size()
        ? string.substring(0, string.offset(directive.precision()))
        : string;
  }

  @SuppressWarnings("OrphanedFormatString") // Python's message.
  private StringValue character(Value value) {
    if (value instanceof StringValue string && string.size() == 1) {
      return string;
    }
    if (Indices.isIndex(value)) {
      int codePoint = Indices.clamp(((Value.Numeric) value).integer());
      if (!Character.isValidCodePoint(codePoint)) {
        throw new JinjaException("%c arg not in range(0x110000)");
      }
      return StringValue.trusted(Character.toString(codePoint));
    }
    throw new JinjaException("%c requires int or char");
  }

  private static BigInteger truncated(char type, Value value) {
    return switch (value) {
      case Value.Float number -> {
        if (Double.isNaN(number.value()) || Double.isInfinite(number.value())) {
          throw new JinjaException("cannot convert float to integer");
        }
        yield new BigDecimal(number.value()).toBigInteger();
      }
      case Value.Numeric number -> number.integer();
      default ->
          throw new JinjaException(
              "%" + type + " format: a real number is required, not " + value.typeName());
    };
  }

  private static BigInteger exact(char type, Value value) {
    if (Indices.isIndex(value)) {
      return ((Value.Numeric) value).integer();
    }
    throw new JinjaException(
        "%" + type + " format: an integer is required, not " + value.typeName());
  }

  private void integer(
      BigInteger value, int radix, String prefix, boolean upper, Directive directive) {
    String digits = value.abs().toString(radix);
    if (upper) {
      digits = digits.toUpperCase(Locale.ROOT);
    }
    int missing = directive.hasPrecision() ? directive.precision() - digits.length() : 0;
    if (missing > 0) {
      budget.text(missing);
      digits = "0".repeat(missing) + digits;
    }
    number(
        sign(value.signum() < 0, directive) + (directive.alternate() ? prefix : ""),
        digits,
        directive);
  }

  private void real(char type, Value value, Directive directive) {
    if (!(value instanceof Value.Numeric number)) {
      throw value instanceof Undefined undefined
          ? undefined.failure()
          : new JinjaException("must be real number, not " + value.typeName());
    }
    int precision = directive.hasPrecision() ? directive.precision() : 6;
    if (precision > MAXIMUM_PRECISION) {
      throw new JinjaException("precision " + precision + " exceeds " + MAXIMUM_PRECISION);
    }
    double real = Numbers.asDouble(number);
    boolean negative = real < 0 || (real == 0 && 1 / real < 0);
    number(
        sign(negative, directive),
        FloatText.format(Math.abs(real), type, precision, directive.alternate()),
        directive);
  }

  private static String sign(boolean negative, Directive directive) {
    return negative ? "-" : directive.plus() ? "+" : directive.blank() ? " " : "";
  }

  private void number(String prefix, String digits, Directive directive) {
    int missing = Math.max(0, directive.width() - prefix.length() - digits.length());
    boolean finite = !digits.isEmpty() && digits.charAt(0) <= 'F';
    if (directive.zero() && !directive.left() && finite) {
      out.appendTrusted(prefix + "0".repeat(missing) + digits);
    } else {
      pad(StringValue.trusted(prefix + digits), directive);
    }
  }

  private void pad(StringValue string, Directive directive) {
    String blanks = " ".repeat(Math.max(0, directive.width() - string.size()));
    if (directive.left()) {
      out.append(string).appendTrusted(blanks);
    } else {
      out.appendTrusted(blanks).append(string);
    }
  }
}
