package org.blossomlm.data.math;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A formula as a tree. Trees come from {@link ExpressionParser}, which bounds depth and size. */
public sealed interface MathExpression {
  /** A number as it is written. */
  record Literal(Rational value) implements MathExpression {}

  /** A number that has a letter. */
  enum Named implements MathExpression {
    PI,
    E,
    /** The square root of -1. */
    I
  }

  record Variable(String name) implements MathExpression {}

  record Sum(List<MathExpression> terms) implements MathExpression {
    public Sum {
      terms = List.copyOf(terms);
    }
  }

  record Product(List<MathExpression> factors) implements MathExpression {
    public Product {
      factors = List.copyOf(factors);
    }
  }

  record Quotient(MathExpression dividend, MathExpression divisor) implements MathExpression {}

  /** Roots are powers too: their exponent is 1/n. */
  record Power(MathExpression base, MathExpression exponent) implements MathExpression {}

  record Call(Function function, MathExpression argument) implements MathExpression {}

  /** Functions of one argument; angles are in radians. */
  enum Function {
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    LN,
    ABS,
    FACTORIAL
  }

  static MathExpression number(long value) {
    return new Literal(Rational.of(value));
  }

  static MathExpression negated(MathExpression expression) {
    return expression instanceof Literal(Rational value)
        ? new Literal(value.negate())
        : new Product(List.of(number(-1), expression));
  }

  static MathExpression difference(MathExpression left, MathExpression right) {
    return new Sum(List.of(left, negated(right)));
  }

  /** Names of the variables in it. */
  default Set<String> variables() {
    Set<String> names = new TreeSet<>();
    collect(this, names);
    return names;
  }

  private static void collect(MathExpression expression, Set<String> names) {
    switch (expression) {
      case Literal _, Named _ -> {}
      case Variable(String name) -> names.add(name);
      case Sum(List<MathExpression> terms) -> terms.forEach(term -> collect(term, names));
      case Product(List<MathExpression> factors) ->
          factors.forEach(factor -> collect(factor, names));
      case Quotient(MathExpression dividend, MathExpression divisor) -> {
        collect(dividend, names);
        collect(divisor, names);
      }
      case Power(MathExpression base, MathExpression exponent) -> {
        collect(base, names);
        collect(exponent, names);
      }
      case Call(Function _, MathExpression argument) -> collect(argument, names);
    }
  }
}
