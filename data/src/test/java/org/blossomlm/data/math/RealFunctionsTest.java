package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The functions agree with the platform's to a double's digits, and with each other beyond. */
class RealFunctionsTest {
  private static final BigDecimal CLOSE = new BigDecimal("1e-45");

  @RepeatedTest(30)
  void valuesAgreeWithDoubles() {
    long seed = System.nanoTime();
    System.out.println("RealFunctionsTest seed " + seed);
    double x = new SplittableRandom(seed).nextDouble(-20, 20);
    BigDecimal exact = BigDecimal.valueOf(x);
    assertThat(RealFunctions.sin(exact).orElseThrow().doubleValue())
        .isCloseTo(Math.sin(x), within(1e-14));
    assertThat(RealFunctions.cos(exact).orElseThrow().doubleValue())
        .isCloseTo(Math.cos(x), within(1e-14));
    assertThat(RealFunctions.atan(exact).doubleValue()).isCloseTo(Math.atan(x), within(1e-14));
    assertThat(RealFunctions.exp(exact).orElseThrow().doubleValue() / Math.exp(x))
        .isCloseTo(1, within(1e-13));
    assertThat(RealFunctions.ln(exact.abs()).doubleValue())
        .isCloseTo(Math.log(Math.abs(x)), within(1e-13));
    assertThat(RealFunctions.asin(exact.movePointLeft(2)).orElseThrow().doubleValue())
        .isCloseTo(Math.asin(x / 100), within(1e-14));
  }

  @RepeatedTest(30)
  void identitiesHoldToFortyFiveDigits() {
    long seed = System.nanoTime();
    System.out.println("RealFunctionsTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    BigDecimal x = BigDecimal.valueOf(random.nextDouble(0.01, 50));
    BigDecimal sin = RealFunctions.sin(x).orElseThrow();
    BigDecimal cos = RealFunctions.cos(x).orElseThrow();
    assertNear(sin.multiply(sin).add(cos.multiply(cos)), BigDecimal.ONE);
    assertNear(RealFunctions.ln(RealFunctions.exp(x).orElseThrow()), x);
    BigDecimal root = RealFunctions.power(x, Rational.of(1, 3)).orElseThrow();
    assertNear(root.pow(3), x);
    assertNear(
        RealFunctions.sin(RealFunctions.atan(x))
            .orElseThrow()
            .divide(
                RealFunctions.cos(RealFunctions.atan(x)).orElseThrow(), RealFunctions.PRECISION),
        x);
  }

  @Test
  void knownConstants() {
    assertNear(RealFunctions.exp(BigDecimal.ONE).orElseThrow(), RealFunctions.E);
    assertNear(
        RealFunctions.atan(BigDecimal.ONE).multiply(BigDecimal.valueOf(4)), RealFunctions.PI);
    assertNear(
        RealFunctions.ln(BigDecimal.TWO),
        new BigDecimal("0.693147180559945309417232121458176568075500134360255254120680009"));
  }

  @Test
  void whatHasNoRealValueHasNone() {
    assertThat(RealFunctions.power(new BigDecimal("-2"), Rational.of(1, 2))).isEmpty();
    assertThat(
            RealFunctions.power(new BigDecimal("-8"), Rational.of(1, 3))
                .orElseThrow()
                .doubleValue())
        .isCloseTo(-2, within(1e-12));
    assertThat(RealFunctions.asin(BigDecimal.TWO)).isEmpty();
    assertThat(RealFunctions.exp(new BigDecimal("1e9"))).isEmpty();
  }

  private static void assertNear(BigDecimal found, BigDecimal expected) {
    BigDecimal error = found.subtract(expected).abs();
    assertThat(error)
        .as("%s beside %s", found, expected)
        .isLessThan(expected.abs().max(BigDecimal.ONE).multiply(CLOSE));
  }
}
