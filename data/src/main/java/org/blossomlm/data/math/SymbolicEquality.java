package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.blossomlm.data.math.MathValue.Comparison;
import org.blossomlm.data.math.MathValue.Relation;

/**
 * Whether two formulas are the same function, by their values at random points: rational functions
 * exactly, modulo a prime of 62 bits (a wrong "equal" has a chance below 1e-50); with roots,
 * logarithms or angles to forty digits of the reals. What has no value anywhere, or one that is too
 * large, is equal only if it is written the same.
 *
 * <p>A computer algebra library would simplify and subtract instead. Of those for the JVM, Symja is
 * under the LGPL 3 and brings two dozen libraries, Rings needs the LGPL's Trove and knows neither
 * roots nor angles, mXparser is not free for commercial use. Testing the identity needs none of
 * what they do.
 */
final class SymbolicEquality {
  private static final int POINTS = 6;
  private static final int TRIALS = 40;
  private static final BigDecimal CLOSE = new BigDecimal("1e-40");

  /** Signs and sizes of the points, in turn, so that logarithms and roots have values at some. */
  private static final String[] SCALES = {"1", "-1", "10", "-10", "0.1", "-0.1", "100"};

  private SymbolicEquality() {}

  static boolean equal(MathExpression left, MathExpression right) {
    if (left.equals(right)) {
      return true;
    }
    Set<String> names = variables(left, right);
    if (ModularEvaluator.supports(left) && ModularEvaluator.supports(right)) {
      return agreeModulo(left, right, names);
    }
    return agreeReal(left, right, names);
  }

  /** Whether one relation is the other, multiplied by a number and perhaps read from its end. */
  static boolean equal(Relation left, Relation right) {
    if (left.equals(right)) {
      return true;
    }
    MathExpression first = MathExpression.difference(left.left(), left.right());
    MathExpression second = MathExpression.difference(right.left(), right.right());
    Set<String> names = variables(first, second);
    boolean direction =
        left.comparison() != Comparison.EQUAL && left.comparison() != Comparison.UNEQUAL;
    if (!direction && left.comparison() != right.comparison()) {
      return false;
    }
    if (!direction && ModularEvaluator.supports(first) && ModularEvaluator.supports(second)) {
      return constantModulo(first, second, names);
    }
    return constantReal(left, right, first, second, names);
  }

  private static Set<String> variables(MathExpression left, MathExpression right) {
    Set<String> names = new TreeSet<>(left.variables());
    names.addAll(right.variables());
    return names;
  }

  private static boolean agreeModulo(MathExpression left, MathExpression right, Set<String> names) {
    SplittableRandom random = new SplittableRandom(1);
    int agreed = 0;
    for (int trial = 0; trial < TRIALS && agreed < POINTS; trial++) {
      Map<String, BigInteger> point = modularPoint(names, random);
      Optional<BigInteger> a = ModularEvaluator.evaluate(left, point);
      Optional<BigInteger> b = ModularEvaluator.evaluate(right, point);
      if (a.isPresent() && b.isPresent()) {
        if (!a.equals(b)) {
          return false;
        }
        agreed++;
      }
    }
    return agreed == POINTS;
  }

  /** Whether the quotient of the two is the same at all points. */
  private static boolean constantModulo(
      MathExpression first, MathExpression second, Set<String> names) {
    SplittableRandom random = new SplittableRandom(2);
    Optional<BigInteger> ratio = Optional.empty();
    int agreed = 0;
    for (int trial = 0; trial < TRIALS && agreed < POINTS; trial++) {
      Map<String, BigInteger> point = modularPoint(names, random);
      BigInteger a = ModularEvaluator.evaluate(first, point).orElse(BigInteger.ZERO);
      BigInteger b = ModularEvaluator.evaluate(second, point).orElse(BigInteger.ZERO);
      if (a.signum() == 0 || b.signum() == 0) {
        continue;
      }
      BigInteger next =
          a.multiply(b.modInverse(ModularEvaluator.PRIME)).mod(ModularEvaluator.PRIME);
      if (ratio.isPresent() && !ratio.get().equals(next)) {
        return false;
      }
      ratio = Optional.of(next);
      agreed++;
    }
    return agreed == POINTS;
  }

  private static Map<String, BigInteger> modularPoint(Set<String> names, SplittableRandom random) {
    Map<String, BigInteger> point = new HashMap<>();
    for (String name : names) {
      point.put(name, BigInteger.valueOf(random.nextLong() >>> 2));
    }
    // The same at all points: a relation may be multiplied by them.
    point.put(ModularEvaluator.PI, BigInteger.valueOf(2_718_281_828_459_045_235L));
    point.put(ModularEvaluator.E, BigInteger.valueOf(3_141_592_653_589_793_238L));
    return point;
  }

  private static boolean agreeReal(MathExpression left, MathExpression right, Set<String> names) {
    SplittableRandom random = new SplittableRandom(3);
    int needed = names.isEmpty() ? 1 : POINTS;
    int agreed = 0;
    for (int trial = 0; trial < (names.isEmpty() ? 1 : TRIALS) && agreed < needed; trial++) {
      Map<String, BigDecimal> point = realPoint(names, random, trial);
      Optional<BigDecimal> a = RealEvaluator.evaluate(left, point);
      Optional<BigDecimal> b = RealEvaluator.evaluate(right, point);
      if (a.isPresent() && b.isPresent()) {
        if (!close(a.get(), b.get())) {
          return false;
        }
        agreed++;
      }
    }
    return agreed == needed;
  }

  private static boolean constantReal(
      Relation left,
      Relation right,
      MathExpression first,
      MathExpression second,
      Set<String> names) {
    SplittableRandom random = new SplittableRandom(4);
    Optional<BigDecimal> ratio = Optional.empty();
    int agreed = 0;
    for (int trial = 0; trial < TRIALS && agreed < POINTS; trial++) {
      Map<String, BigDecimal> point = realPoint(names, random, trial);
      BigDecimal a = RealEvaluator.evaluate(first, point).orElse(BigDecimal.ZERO);
      BigDecimal b = RealEvaluator.evaluate(second, point).orElse(BigDecimal.ZERO);
      if (a.signum() == 0 || b.signum() == 0) {
        continue;
      }
      BigDecimal next = a.divide(b, RealEvaluator.PRECISION);
      if (ratio.isPresent() && !close(ratio.get(), next)) {
        return false;
      }
      ratio = Optional.of(next);
      agreed++;
    }
    if (agreed < POINTS || ratio.isEmpty()) {
      return false;
    }
    return ratio.get().signum() > 0
        ? left.comparison() == right.comparison()
        : left.comparison() == right.comparison().reversed();
  }

  private static Map<String, BigDecimal> realPoint(
      Set<String> names, SplittableRandom random, int trial) {
    BigDecimal scale = new BigDecimal(SCALES[trial % SCALES.length]);
    Map<String, BigDecimal> point = new HashMap<>();
    // Every third point is of whole numbers: (-2)^n has a value at no other.
    boolean whole = trial % 3 == 2;
    for (String name : names) {
      point.put(
          name,
          whole
              ? BigDecimal.valueOf(random.nextInt(1, 20))
              : BigDecimal.valueOf(random.nextDouble(0.2, 3)).multiply(scale));
    }
    return point;
  }

  static boolean close(BigDecimal a, BigDecimal b) {
    BigDecimal size = a.abs().max(b.abs()).max(BigDecimal.ONE);
    return a.subtract(b).abs().compareTo(size.multiply(CLOSE)) <= 0;
  }
}
