package org.blossomlm.data.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.math.MathExpression.Call;
import org.blossomlm.data.math.MathExpression.Literal;
import org.blossomlm.data.math.MathExpression.Named;
import org.blossomlm.data.math.MathExpression.Power;
import org.blossomlm.data.math.MathExpression.Product;
import org.blossomlm.data.math.MathExpression.Quotient;
import org.blossomlm.data.math.MathExpression.Sum;
import org.blossomlm.data.math.MathExpression.Variable;

/**
 * The value of a rational function at a point of the field of integers modulo a prime. Two
 * different rational functions of degree d agree at a random point with probability at most d/prime
 * (Schwartz and Zippel), so a few points decide. Pi and e are further variables, i is a square root
 * of -1.
 */
final class ModularEvaluator {
  /** The largest prime below 2^62 that is 1 modulo 4, so that -1 has a square root. */
  static final BigInteger PRIME = largestPrime();

  private static final BigInteger ROOT_OF_MINUS_ONE = rootOfMinusOne();

  /** Names under which points have the two numbers; no variable is called so. */
  static final String PI = "\\pi";

  static final String E = "\\e";

  private ModularEvaluator() {}

  /** Whether the formula is made of numbers, variables, + - * / and integer powers alone. */
  static boolean supports(MathExpression expression) {
    return switch (expression) {
      case Literal _, Named _, Variable _ -> true;
      case Sum(List<MathExpression> terms) -> terms.stream().allMatch(ModularEvaluator::supports);
      case Product(List<MathExpression> factors) ->
          factors.stream().allMatch(ModularEvaluator::supports);
      case Quotient(MathExpression dividend, MathExpression divisor) ->
          supports(dividend) && supports(divisor);
      case Power(MathExpression base, MathExpression exponent) ->
          supports(base)
              && ExactEvaluator.evaluate(exponent).filter(Rational::isInteger).isPresent();
      case Call _ -> false;
    };
  }

  /** The value at {@code point}, or nothing where a divisor is zero there. */
  static Optional<BigInteger> evaluate(MathExpression expression, Map<String, BigInteger> point) {
    return switch (expression) {
      case Literal(Rational value) -> quotient(value.numerator(), value.denominator());
      case Named.PI -> Optional.ofNullable(point.get(PI));
      case Named.E -> Optional.ofNullable(point.get(E));
      case Named.I -> Optional.of(ROOT_OF_MINUS_ONE);
      case Variable(String name) -> Optional.ofNullable(point.get(name));
      case Sum(List<MathExpression> terms) -> {
        BigInteger total = BigInteger.ZERO;
        for (MathExpression term : terms) {
          Optional<BigInteger> next = evaluate(term, point);
          if (next.isEmpty()) {
            yield next;
          }
          total = total.add(next.get()).mod(PRIME);
        }
        yield Optional.of(total);
      }
      case Product(List<MathExpression> factors) -> {
        BigInteger total = BigInteger.ONE;
        for (MathExpression factor : factors) {
          Optional<BigInteger> next = evaluate(factor, point);
          if (next.isEmpty()) {
            yield next;
          }
          total = total.multiply(next.get()).mod(PRIME);
        }
        yield Optional.of(total);
      }
      case Quotient(MathExpression dividend, MathExpression divisor) ->
          evaluate(dividend, point)
              .flatMap(top -> evaluate(divisor, point).flatMap(bottom -> quotient(top, bottom)));
      case Power(MathExpression base, MathExpression exponent) ->
          evaluate(base, point)
              .flatMap(low ->
                  ExactEvaluator.evaluate(exponent).flatMap(high -> power(low, high.numerator())));
      case Call _ -> Optional.empty();
    };
  }

  private static Optional<BigInteger> quotient(BigInteger top, BigInteger bottom) {
    BigInteger divisor = bottom.mod(PRIME);
    return divisor.signum() == 0
        ? Optional.empty()
        : Optional.of(top.multiply(divisor.modInverse(PRIME)).mod(PRIME));
  }

  private static Optional<BigInteger> power(BigInteger base, BigInteger exponent) {
    return base.signum() == 0 && exponent.signum() <= 0
        ? Optional.empty()
        : Optional.of(base.modPow(exponent, PRIME));
  }

  private static BigInteger largestPrime() {
    BigInteger candidate = BigInteger.ONE.shiftLeft(62).subtract(BigInteger.valueOf(3));
    while (!candidate.isProbablePrime(60)) {
      candidate = candidate.subtract(BigInteger.valueOf(4));
    }
    return candidate;
  }

  private static BigInteger rootOfMinusOne() {
    BigInteger minusOne = PRIME.subtract(BigInteger.ONE);
    BigInteger quarter = minusOne.shiftRight(2);
    // A number that is not a square, to the power (p-1)/4: its square is -1.
    for (BigInteger number = BigInteger.TWO; ; number = number.add(BigInteger.ONE)) {
      BigInteger root = number.modPow(quarter, PRIME);
      if (root.multiply(root).mod(PRIME).equals(minusOne)) {
        return root;
      }
    }
  }
}
