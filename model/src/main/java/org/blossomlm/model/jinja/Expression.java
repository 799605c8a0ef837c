package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Optional;

/** The syntax tree of expressions. */
sealed interface Expression {
  /** Where the expression starts, 1-based. */
  int line();

  record Literal(Value value, int line) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record ListDisplay(List<Expression> elements, int line) implements Expression {}

  record TupleDisplay(List<Expression> elements, int line) implements Expression {}

  record DictDisplay(List<Entry> entries, int line) implements Expression {
    record Entry(Expression key, Expression value) {}
  }

  /** {@code then if test else otherwise}. */
  record Conditional(Expression test, Expression then, Optional<Expression> otherwise, int line)
      implements Expression {}

  record And(Expression left, Expression right, int line) implements Expression {}

  record Or(Expression left, Expression right, int line) implements Expression {}

  record Not(Expression operand, int line) implements Expression {}

  record Negative(Expression operand, int line) implements Expression {}

  record Positive(Expression operand, int line) implements Expression {}

  record Arithmetic(ArithmeticOperator operator, Expression left, Expression right, int line)
      implements Expression {}

  enum ArithmeticOperator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    private final String symbol;

    ArithmeticOperator(String symbol) {
      this.symbol = symbol;
    }

    String symbol() {
      return symbol;
    }
  }

  /** {@code a ~ b ~ c}. */
  record Concatenation(List<Expression> parts, int line) implements Expression {}

  /** {@code first < second == third}: each operand is evaluated once, until one pair fails. */
  record Comparison(Expression first, List<Operand> operands, int line) implements Expression {
    record Operand(ComparisonOperator operator, Expression right) {}
  }

  enum ComparisonOperator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    NOT_IN
  }

  record Attribute(Expression object, String name, int line) implements Expression {}

  record Item(Expression object, Expression key, int line) implements Expression {}

  record Slice(
      Expression object,
      Optional<Expression> start,
      Optional<Expression> stop,
      Optional<Expression> step,
      int line)
      implements Expression {}

  record Call(Expression function, CallArguments arguments, int line) implements Expression {}

  /** {@code input | name(arguments)}; a filter block has no input of its own. */
  record Filter(Optional<Expression> input, String name, CallArguments arguments, int line)
      implements Expression {}

  record Test(Expression input, String name, CallArguments arguments, int line)
      implements Expression {}

  /** What stands in the parentheses of a call. */
  record CallArguments(
      List<Expression> positional,
      List<Named> named,
      Optional<Expression> unpackedSequence,
      Optional<Expression> unpackedMapping) {
    static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());

    record Named(String name, Expression value) {}
  }
}
