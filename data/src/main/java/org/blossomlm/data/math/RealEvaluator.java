package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
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

/** The real value of a formula at a point, to about fifty digits; nothing where it has none. */
final class RealEvaluator {
  static final MathContext PRECISION = RealFunctions.PRECISION;

  private RealEvaluator() {}

  static Optional<BigDecimal> evaluate(MathExpression expression, Map<String, BigDecimal> point) {
    return value(expression, point).filter(RealFunctions::isModerate);
  }

  private static Optional<BigDecimal> value(
      MathExpression expression, Map<String, BigDecimal> point) {
    return switch (expression) {
      case Literal(Rational number) ->
          number.isHuge() ? Optional.empty() : Optional.of(number.toDecimal(PRECISION));
      case Named.PI -> Optional.of(RealFunctions.PI);
      case Named.E -> Optional.of(RealFunctions.E);
      case Named.I -> Optional.empty();
      case Variable(String name) -> Optional.ofNullable(point.get(name));
      case Sum(List<MathExpression> terms) -> {
        BigDecimal total = BigDecimal.ZERO;
        for (MathExpression term : terms) {
          Optional<BigDecimal> next = evaluate(term, point);
          if (next.isEmpty()) {
            yield next;
          }
          total = total.add(next.get(), PRECISION);
        }
        yield Optional.of(total);
      }
      case Product(List<MathExpression> factors) -> {
        BigDecimal total = BigDecimal.ONE;
        for (MathExpression factor : factors) {
          Optional<BigDecimal> next = evaluate(factor, point);
          if (next.isEmpty() || !RealFunctions.isModerate(total)) {
            yield Optional.empty();
          }
          total = total.multiply(next.get(), PRECISION);
        }
        yield Optional.of(total);
      }
      case Quotient(MathExpression dividend, MathExpression divisor) ->
          evaluate(divisor, point)
              .filter(bottom -> bottom.signum() != 0)
              .flatMap(
                  bottom -> evaluate(dividend, point).map(top -> top.divide(bottom, PRECISION)));
      case Power(MathExpression base, MathExpression exponent) -> power(base, exponent, point);
      case Call(Function function, MathExpression argument) ->
          evaluate(argument, point).flatMap(value -> call(function, argument, value));
    };
  }

  private static Optional<BigDecimal> power(
      MathExpression base, MathExpression exponent, Map<String, BigDecimal> point) {
    Optional<BigDecimal> low = evaluate(base, point);
    Optional<Rational> exact = ExactEvaluator.evaluate(exponent);
    if (exact.isPresent()) {
      Rational rational = exact.get();
      return low.flatMap(value -> RealFunctions.power(value, rational));
    }
    Optional<BigDecimal> high = evaluate(exponent, point);
    if (low.isEmpty() || high.isEmpty()) {
      return Optional.empty();
    }
    if (high.get().stripTrailingZeros().scale() <= 0) {
      return RealFunctions.power(low.get(), Rational.of(high.get()));
    }
    return low.filter(value -> value.signum() > 0)
        .flatMap(
            value -> RealFunctions.exp(high.get().multiply(RealFunctions.ln(value), PRECISION)));
  }

  private static Optional<BigDecimal> call(
      Function function, MathExpression argument, BigDecimal value) {
    return switch (function) {
      case SIN -> RealFunctions.sin(value);
      case COS -> RealFunctions.cos(value);
      case TAN ->
          RealFunctions.cos(value)
              .filter(cos -> cos.abs().compareTo(RealFunctions.TINY) > 0)
              .flatMap(cos -> RealFunctions.sin(value).map(sin -> sin.divide(cos, PRECISION)));
      case ATAN -> Optional.of(RealFunctions.atan(value));
      case ASIN -> RealFunctions.asin(value);
      case ACOS ->
          RealFunctions.asin(value).map(asin -> RealFunctions.HALF_PI.subtract(asin, PRECISION));
      case LN -> value.signum() > 0 ? Optional.of(RealFunctions.ln(value)) : Optional.empty();
      case ABS -> Optional.of(value.abs());
      case FACTORIAL ->
          ExactEvaluator.evaluate(argument)
              .flatMap(ExactEvaluator::factorial)
              .map(product -> product.toDecimal(PRECISION));
    };
  }
}
