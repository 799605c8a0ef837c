package org.blossomlm.data.math;

import java.util.List;
import java.util.Optional;

/** What an answer means. */
public sealed interface MathValue {
  /**
   * A rational number.
   *
   * @param value with percents divided by 100
   * @param decimal whether it is written with a decimal point, and so may be rounded
   * @param percent whether it is written as percents
   * @param unit as it is written
   */
  record Number(Rational value, boolean decimal, boolean percent, Optional<String> unit)
      implements MathValue {}

  /** A formula that is not a rational number. */
  record Formula(MathExpression body, Optional<String> unit) implements MathValue {}

  /**
   * @param lower a number, a formula or an infinity
   * @param upper a number, a formula or an infinity
   */
  record Interval(MathValue lower, boolean lowerClosed, MathValue upper, boolean upperClosed)
      implements MathValue {}

  record Infinity(boolean negative) implements MathValue {}

  record Group(Kind kind, List<MathValue> items) implements MathValue {
    public Group {
      items = List.copyOf(items);
    }

    public enum Kind {
      /** In braces, without order. */
      SET,
      /** In brackets, with order: a point, or an open interval. */
      TUPLE,
      /** Answers one after another, whose order the policy decides. */
      LIST,
      /** Of intervals or sets, without order. */
      UNION
    }
  }

  /** An equation or inequality. */
  record Relation(Comparison comparison, MathExpression left, MathExpression right)
      implements MathValue {}

  enum Comparison {
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    /** The same relation, read from the other side. */
    Comparison reversed() {
      return switch (this) {
        case LESS -> GREATER;
        case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
        case GREATER -> LESS;
        case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        case EQUAL, UNEQUAL -> this;
      };
    }
  }

  /**
   * Options of a multiple-choice problem.
   *
   * @param letters A to H, in order, each once
   */
  record Choice(String letters) implements MathValue {}

  /** Words, or a formula that cannot be read; without spaces and case. */
  record Text(String text) implements MathValue {}

  /** Whether it has mathematical meaning throughout. */
  default boolean isReadable() {
    return switch (this) {
      case Text _ -> false;
      case Group(Group.Kind _, List<MathValue> items) ->
          items.stream().allMatch(MathValue::isReadable);
      default -> true;
    };
  }
}
