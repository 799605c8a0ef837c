package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Attributes and methods of int, bool and float. */
final class NumberMethods {
  private NumberMethods() {}

  static @Nullable Value find(Value.Numeric number, String name) {
    return switch (name) {
      case "real" -> Numbers.positive(number);
      case "imag" -> number instanceof Value.Float ? new Value.Float(0) : Value.of(0);
      case "conjugate" -> method(number, name, () -> Numbers.positive(number));
      case "is_integer" ->
          method(
              number,
              name,
              () -> Value.of(!(number instanceof Value.Float real) || real.isIntegral()));
      case "as_integer_ratio" -> method(number, name, () -> ratio(number));
      default -> number instanceof Value.Float ? null : integerAttribute(number, name);
    };
  }

  private static @Nullable Value integerAttribute(Value.Numeric number, String name) {
    return switch (name) {
      case "numerator" -> Numbers.positive(number);
      case "denominator" -> Value.of(1);
      case "bit_length" -> method(number, name, () -> Value.of(number.integer().abs().bitLength()));
      case "bit_count" -> method(number, name, () -> Value.of(number.integer().abs().bitCount()));
      default -> null;
    };
  }

  private static Value method(Value.Numeric number, String name, Supplier<Value> body) {
    return BoundMethod.of(
        number,
        name,
        arguments -> {
          arguments.bindPositional(name, 0, 0);
          return body.get();
        });
  }

  private static Value ratio(Value.Numeric number) {
    BigInteger numerator;
    BigInteger denominator = BigInteger.ONE;
    if (number instanceof Value.Float real) {
      if (Double.isNaN(real.value()) || Double.isInfinite(real.value())) {
        throw new JinjaException("cannot convert " + FloatText.repr(real.value()) + " to a ratio");
      }
      BigDecimal exact = new BigDecimal(real.value());
      numerator = exact.unscaledValue();
      if (exact.scale() > 0) {
        denominator = BigInteger.TEN.pow(exact.scale());
      } else {
        numerator = exact.toBigIntegerExact();
      }
      BigInteger divisor = numerator.gcd(denominator);
      numerator = numerator.divide(divisor);
      denominator = denominator.divide(divisor);
    } else {
      numerator = number.integer();
    }
    return new TupleValue(List.of(new Value.Int(numerator), new Value.Int(denominator)));
  }
}
