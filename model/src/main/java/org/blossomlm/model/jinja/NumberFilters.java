package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.blossomlm.model.jinja.Expression.ArithmeticOperator;
import org.jspecify.annotations.Nullable;

/** Filters about numbers. */
final class NumberFilters {
  private static final String[] DECIMAL_UNITS = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
  private static final String[] BINARY_UNITS = {
    "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"
  };

  private NumberFilters() {}

  static Map<String, Builtins.Filter> all() {
    return Map.of(
        "abs", NumberFilters::abs,
        "filesizeformat", NumberFilters::fileSize,
        "float", NumberFilters::toFloat,
        "int", NumberFilters::toInt,
        "round", NumberFilters::round,
        "sum", NumberFilters::sum,
        "wordcount", NumberFilters::wordCount);
  }

  private static Value abs(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("abs", 0);
    return switch (input) {
      case Value.Float number -> new Value.Float(Math.abs(number.value()));
      case Value.Numeric number -> new Value.Int(number.integer().abs());
      case Undefined undefined -> throw undefined.failure();
      default -> throw new JinjaException("bad operand type for abs(): '" + input.typeName() + "'");
    };
  }

  private static Value toInt(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("int", 0, "default", "base");
    Value fallback = bound.get(0, Value.of(0));
    return switch (input) {
      case StringValue string -> {
        BigInteger parsed =
            NumberText.integer(string.text(), bound.integer(1, 10), runtime.budget());
        Double real = parsed == null ? NumberText.real(string.text()) : null;
        if (parsed != null) {
          yield new Value.Int(parsed);
        }
        yield real == null || real.isNaN() || real.isInfinite()
            ? fallback
            : new Value.Int(new BigDecimal(real).toBigInteger());
      }
      case Value.Float number -> {
        if (Double.isInfinite(number.value())) {
          throw new JinjaException("cannot convert float infinity to integer");
        }
        yield Double.isNaN(number.value())
            ? fallback
            : new Value.Int(new BigDecimal(number.value()).toBigInteger());
      }
      case Value.Numeric number -> new Value.Int(number.integer());
      case Undefined undefined -> throw undefined.failure();
      default -> fallback;
    };
  }

  private static Value toFloat(Value input, Arguments arguments, Runtime runtime) {
    Value fallback = arguments.bind("float", 0, "default").get(0, new Value.Float(0));
    if (input instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Double real = real(input);
    return real == null ? fallback : new Value.Float(real);
  }

  /** {@code float(value)}, or null where Python raises a TypeError or a ValueError. */
  private static @Nullable Double real(Value value) {
    return switch (value) {
      case StringValue string -> NumberText.real(string.text());
      case Value.Numeric number -> Double.valueOf(Numbers.asDouble(number));
      default -> null;
    };
  }

  private static Value round(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("round", 0, "precision", "method");
    int precision = bound.integer(0, 0);
    String method = bound.string(1, StringValue.trusted("common")).text();
    if (!(input instanceof Value.Numeric number)) {
      throw input instanceof Undefined undefined
          ? undefined.failure()
          : new JinjaException("round needs a number, not " + input.typeName());
    }
    if (Math.abs(precision) > runtime.budget().limits().integerBits()) {
      throw JinjaLimits.exceeded(
          "precision", precision, "integerBits", runtime.budget().limits().integerBits());
    }
    return switch (method) {
      case "common" -> roundHalfEven(number, precision);
      case "ceil", "floor" -> roundTo(number, precision, method.equals("ceil"), runtime);
      default -> throw new JinjaException("method must be common, ceil or floor");
    };
  }

  private static Value roundHalfEven(Value.Numeric number, int precision) {
    if (number instanceof Value.Float real) {
      if (Double.isNaN(real.value()) || Double.isInfinite(real.value())) {
        return real;
      }
      BigDecimal rounded = new BigDecimal(real.value()).setScale(precision, RoundingMode.HALF_EVEN);
      return new Value.Float(Math.copySign(rounded.doubleValue(), real.value()));
    }
    if (precision >= 0) {
      return new Value.Int(number.integer());
    }
    return new Value.Int(
        new BigDecimal(number.integer())
            .setScale(precision, RoundingMode.HALF_EVEN)
            .toBigInteger());
  }

  private static Value roundTo(Value.Numeric number, int precision, boolean up, Runtime runtime) {
    Operators operators = runtime.operators();
    Value scale = operators.arithmetic(ArithmeticOperator.POWER, Value.of(10), Value.of(precision));
    Value scaled = operators.arithmetic(ArithmeticOperator.MULTIPLY, number, scale);
    Value whole = scaled;
    if (scaled instanceof Value.Float real) {
      if (Double.isNaN(real.value()) || Double.isInfinite(real.value())) {
        throw new JinjaException("cannot convert float to integer");
      }
      double rounded = up ? Math.ceil(real.value()) : Math.floor(real.value());
      whole = new Value.Int(new BigDecimal(rounded).toBigInteger());
    }
    return operators.arithmetic(ArithmeticOperator.DIVIDE, whole, scale);
  }

  private static Value sum(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("sum", 0, "attribute", "start");
    Value total = bound.get(1, Value.of(0));
    if (total instanceof StringValue) {
      throw new JinjaException("sum() can't sum strings; use join");
    }
    AttributePath path = AttributePath.of(bound.get(0, Value.None.NONE));
    Iterator<Value> items = runtime.iterate(input);
    while (items.hasNext()) {
      runtime.budget().step();
      total =
          runtime
              .operators()
              .arithmetic(ArithmeticOperator.ADD, total, path.of(items.next(), runtime));
    }
    return total;
  }

  private static Value wordCount(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("wordcount", 0);
    long words = 0;
    boolean inWord = false;
    String text = runtime.str(input).text();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      boolean isWord = codePoint == '_' || PythonText.isAlphanumeric(codePoint);
      words += isWord && !inWord ? 1 : 0;
      inWord = isWord;
      i += Character.charCount(codePoint);
    }
    return Value.of(words);
  }

  private static Value fileSize(Value input, Arguments arguments, Runtime runtime) {
    boolean binary = arguments.bind("filesizeformat", 0, "binary").flag(0, false);
    Double size = real(input);
    if (size == null) {
      throw input instanceof Undefined undefined
          ? undefined.failure()
          : new JinjaException("filesizeformat needs a number");
    }
    double base = binary ? 1024 : 1000;
    String[] units = binary ? BINARY_UNITS : DECIMAL_UNITS;
    if (size == 1) {
      return StringValue.trusted("1 Byte");
    }
    if (size < base) {
      return StringValue.trusted(new BigDecimal(size).toBigInteger() + " Bytes");
    }
    if (Double.isNaN(size) || Double.isInfinite(size)) {
      return StringValue.trusted(FloatText.repr(size) + " " + units[units.length - 1]);
    }
    int i = 0;
    double unit = base * base;
    while (i < units.length - 1 && size >= unit) {
      i++;
      unit *= base;
    }
    String amount =
        new BigDecimal(base * size / unit).setScale(1, RoundingMode.HALF_EVEN).toPlainString();
    return StringValue.trusted(String.format(Locale.ROOT, "%s %s", amount, units[i]));
  }
}
