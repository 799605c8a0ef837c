package org.blossomlm.data.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.blossomlm.data.math.MathExpression.Call;
import org.blossomlm.data.math.MathExpression.Function;
import org.blossomlm.data.math.MathExpression.Literal;
import org.blossomlm.data.math.MathExpression.Named;
import org.blossomlm.data.math.MathExpression.Power;
import org.blossomlm.data.math.MathExpression.Product;
import org.blossomlm.data.math.MathExpression.Quotient;
import org.blossomlm.data.math.MathExpression.Sum;
import org.blossomlm.data.math.MathExpression.Variable;

/** The rational value of a formula, where it has one and is small enough to be worked out. */
final class ExactEvaluator {
  private static final int MAX_FACTORIAL = 500;

  private ExactEvaluator() {}

  static Optional<Rational> evaluate(MathExpression expression) {
    return value(expression).filter(value -> !value.isHuge());
  }

  private static Optional<Rational> value(MathExpression expression) {
    return switch (expression) {
      case Literal(Rational number) -> Optional.of(number);
      case Named _, Variable _ -> Optional.empty();
      case Sum(List<MathExpression> terms) -> {
        Rational total = Rational.ZERO;
        for (MathExpression term : terms) {
          Optional<Rational> next = evaluate(term);
          if (next.isEmpty() || total.isHuge()) {
            yield Optional.empty();
          }
          total = total.plus(next.get());
        }
        yield Optional.of(total);
      }
      case Product(List<MathExpression> factors) -> {
        Rational total = Rational.ONE;
        for (MathExpression factor : factors) {
          Optional<Rational> next = evaluate(factor);
          if (next.isEmpty() || total.isHuge()) {
            yield Optional.empty();
          }
          total = total.times(next.get());
        }
        yield Optional.of(total);
      }
      case Quotient(MathExpression dividend, MathExpression divisor) ->
          evaluate(divisor)
              .filter(bottom -> bottom.signum() != 0)
              .flatMap(bottom -> evaluate(dividend).map(top -> top.over(bottom)));
      case Power(MathExpression base, MathExpression exponent) ->
          evaluate(base).flatMap(low -> evaluate(exponent).flatMap(high -> power(low, high)));
      case Call(Function function, MathExpression argument) ->
          evaluate(argument).flatMap(value -> call(function, value));
    };
  }

  private static Optional<Rational> power(Rational base, Rational exponent) {
    if (exponent.isInteger()) {
      return base.signum() == 0 && exponent.signum() <= 0
          ? Optional.empty()
          : base.power(exponent.numerator());
    }
    if (exponent.denominator().bitLength() > 6) {
      return Optional.empty();
    }
    return base.root(exponent.denominator().intValueExact())
        .filter(root -> root.signum() != 0)
        .flatMap(root -> root.power(exponent.numerator()))
        .or(() ->
            base.signum() == 0 && exponent.signum() > 0 ? Optional.of(base) : Optional.empty());
  }

  private static Optional<Rational> call(Function function, Rational value) {
    return switch (function) {
      case ABS -> Optional.of(value.abs());
      case FACTORIAL -> factorial(value);
      case SIN, TAN, ASIN, ATAN -> value.signum() == 0 ? Optional.of(value) : Optional.empty();
      case COS -> value.signum() == 0 ? Optional.of(Rational.ONE) : Optional.empty();
      case LN -> value.equals(Rational.ONE) ? Optional.of(Rational.ZERO) : Optional.empty();
      case ACOS -> value.equals(Rational.ONE) ? Optional.of(Rational.ZERO) : Optional.empty();
    };
  }

  static Optional<Rational> factorial(Rational value) {
    if (!value.isInteger()
        || value.signum() < 0
        || value.compareTo(Rational.of(MAX_FACTORIAL)) > 0) {
      return Optional.empty();
    }
    BigInteger product = BigInteger.ONE;
    for (int i = 2; i <= value.numerator().intValueExact(); i++) {
      product = product.multiply(BigInteger.valueOf(i));
    }
    return Optional.of(new Rational(product, BigInteger.ONE));
  }
}
