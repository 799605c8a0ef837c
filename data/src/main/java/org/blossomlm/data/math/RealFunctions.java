package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * Elementary functions to about fifty digits, by reduction of the argument and Taylor's series, or
 * by Newton's method from a double. Arguments are bounded, so the time is too.
 */
final class RealFunctions {
  static final MathContext PRECISION = new MathContext(60, RoundingMode.HALF_EVEN);

  static final BigDecimal PI =
      new BigDecimal(
          "3.14159265358979323846264338327950288419716939937510582097494459230781640628");
  static final BigDecimal E =
      new BigDecimal(
          "2.71828182845904523536028747135266249775724709369995957496696762772407663035");
  static final BigDecimal HALF_PI = PI.divide(BigDecimal.TWO, PRECISION);
  static final BigDecimal TINY = new BigDecimal("1e-50");

  private static final BigDecimal TWO_PI = PI.multiply(BigDecimal.TWO);
  private static final BigDecimal LN_10 =
      new BigDecimal(
          "2.30258509299404568401799145468436420760110148862877297603332790096757260967");

  /** Powers of ten beyond which a value counts as none. */
  private static final int MAX_MAGNITUDE = 5_000;

  private static final BigDecimal MAX_EXPONENT = BigDecimal.valueOf(10_000);
  private static final BigDecimal MAX_ANGLE = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal SERIES_END = new BigDecimal("1e-65");
  private static final int HALVINGS = 12;

  private RealFunctions() {}

  static boolean isModerate(BigDecimal value) {
    return value.signum() == 0
        || Math.abs((long) value.precision() - value.scale()) <= MAX_MAGNITUDE;
  }

  static Optional<BigDecimal> exp(BigDecimal x) {
    if (x.abs().compareTo(MAX_EXPONENT) > 0) {
      return Optional.empty();
    }
    // e^x = (e^(x / 2^k))^(2^k)
    int halvings = HALVINGS + Math.max(0, x.precision() - x.scale()) * 4;
    BigDecimal small = x.divide(new BigDecimal(BigInteger.TWO.pow(halvings)), guard(halvings));
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = BigDecimal.ONE;
    for (int n = 1; term.abs().compareTo(SERIES_END.movePointLeft(halvings)) > 0; n++) {
      term = term.multiply(small).divide(BigDecimal.valueOf(n), guard(halvings));
      sum = sum.add(term, guard(halvings));
      if (term.signum() == 0) {
        break;
      }
    }
    for (int i = 0; i < halvings; i++) {
      sum = sum.multiply(sum, guard(halvings));
    }
    return Optional.of(sum.round(PRECISION));
  }

  private static MathContext guard(int halvings) {
    return new MathContext(PRECISION.getPrecision() + halvings, RoundingMode.HALF_EVEN);
  }

  /** The natural logarithm of a positive number. */
  static BigDecimal ln(BigDecimal x) {
    int power = x.precision() - x.scale();
    BigDecimal mantissa = x.movePointLeft(power);
    BigDecimal y = BigDecimal.valueOf(Math.log(mantissa.doubleValue()));
    // Halley's step triples the digits: 15, 45, 135.
    for (int i = 0; i < 3; i++) {
      BigDecimal e = exp(y).orElseThrow();
      y =
          y.add(
              BigDecimal.TWO.multiply(mantissa.subtract(e)).divide(mantissa.add(e), PRECISION),
              PRECISION);
    }
    return y.add(LN_10.multiply(BigDecimal.valueOf(power)), PRECISION);
  }

  static Optional<BigDecimal> power(BigDecimal base, Rational exponent) {
    if (base.signum() == 0) {
      return exponent.signum() > 0 ? Optional.of(BigDecimal.ZERO) : Optional.empty();
    }
    if (exponent.isInteger() && exponent.numerator().bitLength() <= 10) {
      return Optional.of(base.pow(exponent.numerator().intValueExact(), PRECISION));
    }
    if (base.signum() < 0) {
      if (!exponent.denominator().testBit(0)) {
        return Optional.empty();
      }
      Optional<BigDecimal> positive = power(base.negate(), exponent);
      return exponent.numerator().testBit(0) ? positive.map(BigDecimal::negate) : positive;
    }
    if (exponent.equals(Rational.of(1, 2))) {
      return Optional.of(base.sqrt(PRECISION));
    }
    return exp(exponent.toDecimal(PRECISION).multiply(ln(base), PRECISION));
  }

  static Optional<BigDecimal> sin(BigDecimal x) {
    return reduced(x).map(angle -> series(angle, angle, 1));
  }

  static Optional<BigDecimal> cos(BigDecimal x) {
    return reduced(x).map(angle -> series(angle, BigDecimal.ONE, 0));
  }

  private static Optional<BigDecimal> reduced(BigDecimal x) {
    if (x.abs().compareTo(MAX_ANGLE) > 0) {
      return Optional.empty();
    }
    BigDecimal turns = x.divide(TWO_PI, 0, RoundingMode.HALF_EVEN);
    return Optional.of(x.subtract(turns.multiply(TWO_PI)));
  }

  /** Every other term of the exponential series, with alternating signs. */
  private static BigDecimal series(BigDecimal angle, BigDecimal first, int order) {
    BigDecimal square = angle.multiply(angle, PRECISION).negate();
    BigDecimal sum = first;
    BigDecimal term = first;
    for (int n = order + 1; term.abs().compareTo(SERIES_END) > 0; n += 2) {
      term =
          term.multiply(square, PRECISION)
              .divide(BigDecimal.valueOf((long) n * (n + 1)), PRECISION);
      sum = sum.add(term, PRECISION);
    }
    return sum;
  }

  static BigDecimal atan(BigDecimal x) {
    BigDecimal y = BigDecimal.valueOf(Math.atan(x.doubleValue()));
    // Newton's step for tan y = x, written without the tangent; doubles the digits.
    for (int i = 0; i < 3; i++) {
      BigDecimal sin = sin(y).orElseThrow();
      BigDecimal cos = cos(y).orElseThrow();
      y =
          y.add(
              x.multiply(cos).subtract(sin).divide(x.multiply(sin).add(cos), PRECISION), PRECISION);
    }
    return y;
  }

  static Optional<BigDecimal> asin(BigDecimal x) {
    int side = x.abs().compareTo(BigDecimal.ONE);
    if (side > 0) {
      return Optional.empty();
    }
    if (side == 0) {
      return Optional.of(x.signum() > 0 ? HALF_PI : HALF_PI.negate());
    }
    BigDecimal rest = BigDecimal.ONE.subtract(x.multiply(x)).sqrt(PRECISION);
    return Optional.of(atan(x.divide(rest, PRECISION)));
  }
}
