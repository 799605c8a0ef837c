package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.math.MathValue.Comparison;
import org.blossomlm.data.math.MathValue.Formula;
import org.blossomlm.data.math.MathValue.Group;
import org.blossomlm.data.math.MathValue.Interval;
import org.blossomlm.data.math.MathValue.Number;
import org.blossomlm.data.math.MathValue.Relation;

/** Whether two answers mean the same under a policy. Numbers first, then formulas. */
final class AnswerComparison {
  private static final Rational HUNDRED = Rational.of(100);

  private final AnswerPolicy policy;

  AnswerComparison(AnswerPolicy policy) {
    this.policy = policy;
  }

  boolean same(MathValue reference, MathValue candidate) {
    if (reference.equals(candidate)) {
      return true;
    }
    return switch (reference) {
      case Relation relation -> relation(relation, candidate);
      case Number number ->
          switch (candidate) {
            case Number other -> numbers(number, other);
            case Formula other ->
                unitsAgree(number.unit(), other.unit()) && formulas(reference, candidate);
            case Relation other -> assigned(other).filter(v -> same(reference, v)).isPresent();
            default -> false;
          };
      case Formula formula ->
          switch (candidate) {
            case Number other ->
                unitsAgree(formula.unit(), other.unit()) && formulas(reference, candidate);
            case Formula other ->
                unitsAgree(formula.unit(), other.unit()) && formulas(reference, candidate);
            case Relation other -> assigned(other).filter(v -> same(reference, v)).isPresent();
            default -> false;
          };
      case Interval interval -> interval(interval, candidate);
      case Group group -> group(group, candidate);
      case MathValue.Infinity _, MathValue.Choice _, MathValue.Text _ -> false;
    };
  }

  private boolean numbers(Number reference, Number candidate) {
    Rational expected = reference.value();
    Rational found = candidate.value();
    if (policy.percent() == AnswerPolicy.Percent.UNIT) {
      expected = reference.percent() ? expected.times(HUNDRED) : expected;
      found = candidate.percent() ? found.times(HUNDRED) : found;
    }
    if (policy.convertsUnits()) {
      Optional<Units.Unit> from = candidate.unit().flatMap(Units::known);
      Optional<Units.Unit> to = reference.unit().flatMap(Units::known);
      if (from.isPresent() && to.isPresent()) {
        if (!from.get().dimension().equals(to.get().dimension())) {
          return false;
        }
        found = found.times(from.get().factor()).over(to.get().factor());
      }
    }
    if (expected.equals(found)) {
      return true;
    }
    Rational allowed = expected.abs().times(policy.tolerance());
    return (reference.decimal() || candidate.decimal())
        && expected.minus(found).abs().compareTo(allowed) <= 0;
  }

  private boolean unitsAgree(Optional<String> reference, Optional<String> candidate) {
    Optional<Units.Unit> from = candidate.flatMap(Units::known);
    Optional<Units.Unit> to = reference.flatMap(Units::known);
    // Formulas are not converted: what is in another unit is another answer.
    return !policy.convertsUnits() || from.isEmpty() || to.isEmpty() || from.get().equals(to.get());
  }

  private boolean formulas(MathValue reference, MathValue candidate) {
    MathExpression expected = body(reference);
    MathExpression found = body(candidate);
    return SymbolicEquality.equal(expected, found)
        || (isDecimal(reference) || isDecimal(candidate)) && near(expected, found);
  }

  private static boolean isDecimal(MathValue value) {
    return value instanceof Number number && number.decimal();
  }

  /** Whether constants differ by no more than rounding may. */
  private boolean near(MathExpression reference, MathExpression candidate) {
    Optional<BigDecimal> expected = RealEvaluator.evaluate(reference, Map.of());
    Optional<BigDecimal> found = RealEvaluator.evaluate(candidate, Map.of());
    if (policy.tolerance().signum() == 0 || expected.isEmpty() || found.isEmpty()) {
      return false;
    }
    BigDecimal allowed =
        expected.get().abs().multiply(policy.tolerance().toDecimal(RealEvaluator.PRECISION));
    return expected.get().subtract(found.get()).abs().compareTo(allowed) <= 0;
  }

  private static MathExpression body(MathValue value) {
    return switch (value) {
      case Number number -> new MathExpression.Literal(number.value());
      case Formula formula -> formula.body();
      default -> throw new IllegalArgumentException("no formula: " + value);
    };
  }

  /**
   * y = 2x agrees with y = 2x, with 2x - y = 0 and, as the answer to "what is y", with 2x. Where
   * letters are no variables, the names of two results do not matter: x = 3 and y = 3 agree.
   */
  private boolean relation(Relation reference, MathValue candidate) {
    if (!(candidate instanceof Relation other)) {
      return assigned(reference).filter(value -> same(value, candidate)).isPresent();
    }
    Optional<MathValue> expected = assigned(reference);
    Optional<MathValue> found = assigned(other);
    if (expected.isPresent()
        && found.isPresent()
        && (!policy.algebra() || reference.left().equals(other.left()))) {
      return same(expected.get(), found.get());
    }
    return SymbolicEquality.equal(reference, other);
  }

  /** The value that the relation gives to the letter on its left. */
  private static Optional<MathValue> assigned(Relation relation) {
    if (relation.comparison() != Comparison.EQUAL
        || !(relation.left() instanceof MathExpression.Variable(String name))
        || relation.right().variables().contains(name)) {
      return Optional.empty();
    }
    return Optional.of(
        ExactEvaluator.evaluate(relation.right())
            .<MathValue>map(value -> new Number(value, false, false, Optional.empty()))
            .orElseGet(() -> new Formula(relation.right(), Optional.empty())));
  }

  private boolean interval(Interval reference, MathValue candidate) {
    return switch (candidate) {
      case Interval other ->
          reference.lowerClosed() == other.lowerClosed()
              && reference.upperClosed() == other.upperClosed()
              && same(reference.lower(), other.lower())
              && same(reference.upper(), other.upper());
      case Group(Group.Kind kind, List<MathValue> items)
          when kind == Group.Kind.TUPLE && items.size() == 2 ->
          !reference.lowerClosed()
              && !reference.upperClosed()
              && same(reference.lower(), items.getFirst())
              && same(reference.upper(), items.getLast());
      default -> false;
    };
  }

  private boolean group(Group reference, MathValue candidate) {
    if (candidate instanceof Interval open
        && reference.kind() == Group.Kind.TUPLE
        && reference.items().size() == 2) {
      return !open.lowerClosed()
          && !open.upperClosed()
          && same(reference.items().getFirst(), open.lower())
          && same(reference.items().getLast(), open.upper());
    }
    if (!(candidate instanceof Group other)
        || reference.items().size() != other.items().size()
        || (reference.kind() == Group.Kind.UNION) != (other.kind() == Group.Kind.UNION)) {
      return false;
    }
    boolean tuple = reference.kind() == Group.Kind.TUPLE || other.kind() == Group.Kind.TUPLE;
    boolean set = reference.kind() == Group.Kind.SET || other.kind() == Group.Kind.SET;
    if (tuple && set) {
      return false;
    }
    boolean union = reference.kind() == Group.Kind.UNION;
    boolean ordered = tuple || (!set && !union && policy.ordered());
    return ordered
        ? inOrder(reference.items(), other.items())
        : inAnyOrder(reference.items(), other.items());
  }

  private boolean inOrder(List<MathValue> reference, List<MathValue> candidate) {
    for (int i = 0; i < reference.size(); i++) {
      if (!same(reference.get(i), candidate.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean inAnyOrder(List<MathValue> reference, List<MathValue> candidate) {
    if (reference.size() > 64) {
      return false; // Comparisons grow with the square.
    }
    List<MathValue> left = new ArrayList<>(candidate);
    for (MathValue value : reference) {
      int match = 0;
      while (match < left.size() && !same(value, left.get(match))) {
        match++;
      }
      if (match == left.size()) {
        return false;
      }
      left.remove(match);
    }
    return true;
  }
}
