package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Optional;

/**
 * An exact fraction in lowest terms.
 *
 * @param denominator positive
 */
public record Rational(BigInteger numerator, BigInteger denominator)
    implements Comparable<Rational> {
  static final Rational ZERO = of(0);
  static final Rational ONE = of(1);
  static final Rational MINUS_ONE = of(-1);

  /** No answer that people give needs more; what does is text, or is compared by its tree. */
  private static final int MAX_BITS = 16_384;

  public Rational {
    if (denominator.signum() == 0) {
      throw new ArithmeticException("a fraction with denominator 0");
    }
    BigInteger common = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      common = common.negate();
    }
    if (!common.equals(BigInteger.ONE)) {
      numerator = numerator.divide(common);
      denominator = denominator.divide(common);
    }
  }

  public static Rational of(long value) {
    return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
  }

  public static Rational of(long numerator, long denominator) {
    return new Rational(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
  }

  /** The decimal's value, exactly; its scale must be small. */
  public static Rational of(BigDecimal decimal) {
    return decimal.scale() > 0
        ? new Rational(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()))
        : new Rational(decimal.toBigIntegerExact(), BigInteger.ONE);
  }

  boolean isInteger() {
    return denominator.equals(BigInteger.ONE);
  }

  int signum() {
    return numerator.signum();
  }

  /**
   * Whether a further operation with this would take memory or time that an answer is not worth.
   */
  boolean isHuge() {
    return numerator.bitLength() > MAX_BITS || denominator.bitLength() > MAX_BITS;
  }

  Rational plus(Rational other) {
    return new Rational(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  Rational minus(Rational other) {
    return plus(other.negate());
  }

  Rational times(Rational other) {
    return new Rational(
        numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  /**
   * @throws ArithmeticException if {@code other} is zero
   */
  Rational over(Rational other) {
    return new Rational(
        numerator.multiply(other.denominator), denominator.multiply(other.numerator));
  }

  Rational negate() {
    return new Rational(numerator.negate(), denominator);
  }

  Rational abs() {
    return signum() < 0 ? negate() : this;
  }

  /** This to an integer power; empty if the result has no value or is out of all proportion. */
  Optional<Rational> power(BigInteger exponent) {
    if (exponent.signum() < 0) {
      return signum() == 0 ? Optional.empty() : ONE.over(this).power(exponent.negate());
    }
    if (signum() == 0 || equals(ONE)) {
      return Optional.of(exponent.signum() == 0 ? ONE : this);
    }
    if (equals(MINUS_ONE)) {
      return Optional.of(exponent.testBit(0) ? this : ONE);
    }
    int bits = Math.max(numerator.bitLength(), denominator.bitLength());
    if (exponent.bitLength() > 31 || bits * exponent.longValue() > MAX_BITS) {
      return Optional.empty();
    }
    int small = exponent.intValueExact();
    return Optional.of(new Rational(numerator.pow(small), denominator.pow(small)));
  }

  /** The real root of {@code degree}, if it is rational. */
  Optional<Rational> root(int degree) {
    if (signum() < 0) {
      return degree % 2 == 0 ? Optional.empty() : negate().root(degree).map(Rational::negate);
    }
    return root(numerator, degree)
        .flatMap(top -> root(denominator, degree).map(bottom -> new Rational(top, bottom)));
  }

  private static Optional<BigInteger> root(BigInteger value, int degree) {
    if (degree > MAX_BITS) {
      return Optional.empty();
    }
    // Bisection: the numbers are short, and it cannot go wrong.
    BigInteger low = BigInteger.ZERO;
    BigInteger high = BigInteger.ONE.shiftLeft(value.bitLength() / degree + 1);
    while (low.compareTo(high) < 0) {
      BigInteger middle = low.add(high).add(BigInteger.ONE).shiftRight(1);
      if (middle.pow(degree).compareTo(value) <= 0) {
        low = middle;
      } else {
        high = middle.subtract(BigInteger.ONE);
      }
    }
    return low.pow(degree).equals(value) ? Optional.of(low) : Optional.empty();
  }

  BigDecimal toDecimal(MathContext precision) {
    return new BigDecimal(numerator).divide(new BigDecimal(denominator), precision);
  }

  @Override
  public int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  @Override
  public String toString() {
    return isInteger() ? numerator.toString() : numerator + "/" + denominator;
  }
}
