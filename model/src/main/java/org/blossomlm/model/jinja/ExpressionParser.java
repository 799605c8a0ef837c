package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.model.jinja.Expression.ArithmeticOperator;
import org.blossomlm.model.jinja.Expression.ComparisonOperator;
import org.blossomlm.model.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/** Parses expressions by recursive descent; precedence as in Jinja2's grammar. */
final class ExpressionParser {
  private final TokenStream tokens;
  private final NamesInUse names;
  private final PrimaryParser primaries;

  ExpressionParser(TokenStream tokens, NamesInUse names, JinjaLimits limits) {
    this.tokens = tokens;
    this.names = names;
    this.primaries = new PrimaryParser(tokens, names, this, limits);
  }

  Expression expression() {
    return expression(true);
  }

  private Expression expression(boolean withConditional) {
    tokens.enter();
    Expression result = withConditional ? conditional() : or();
    tokens.leave();
    return result;
  }

  /** An expression, or a tuple of those separated by commas. */
  Expression tuple(boolean withConditional) {
    return tuple(withConditional, false, "");
  }

  /** What {@code for} iterates over: ends before its condition and before {@code recursive}. */
  Expression iterable() {
    return tuple(false, false, "recursive");
  }

  Expression tuple(boolean withConditional, boolean inParentheses, String end) {
    int line = tokens.line();
    List<Expression> elements = new ArrayList<>();
    boolean isTuple = false;
    while (!isTupleEnd(end)) {
      elements.add(expression(withConditional));
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple && elements.size() == 1) {
      return elements.getFirst();
    }
    if (!isTuple && !inParentheses) {
      throw tokens.unexpected("an expression");
    }
    return new Expression.TupleDisplay(List.copyOf(elements), line);
  }

  private boolean isTupleEnd(String end) {
    Token token = tokens.current();
    return token.is(Kind.VARIABLE_END)
        || token.is(Kind.BLOCK_END)
        || token.isOperator(")")
        || token.isName(end);
  }

  private Expression conditional() {
    int line = tokens.line();
    int known = names.unknownCount();
    Expression result = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Optional<Expression> otherwise = Optional.empty();
      if (tokens.skipName("else")) {
        tokens.enter();
        otherwise = Optional.of(conditional());
        tokens.leave();
      }
      names.forgetUnknownFrom(known);
      result = new Expression.Conditional(test, result, otherwise, line);
    }
    return result;
  }

  private Expression or() {
    int line = tokens.line();
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and(), line);
    }
    return left;
  }

  private Expression and() {
    int line = tokens.line();
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not(), line);
    }
    return left;
  }

  private Expression not() {
    int line = tokens.line();
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression operand = not();
    tokens.leave();
    return new Expression.Not(operand, line);
  }

  private Expression comparison() {
    int line = tokens.line();
    Expression first = sum();
    List<Expression.Comparison.Operand> operands = new ArrayList<>();
    for (var operator = comparisonOperator(); operator != null; operator = comparisonOperator()) {
      operands.add(new Expression.Comparison.Operand(operator, sum()));
    }
    return operands.isEmpty() ? first : new Expression.Comparison(first, operands, line);
  }

  private @Nullable ComparisonOperator comparisonOperator() {
    Token token = tokens.current();
    if (token.is(Kind.NAME)) {
      if (tokens.skipName("in")) {
        return ComparisonOperator.IN;
      }
      if (token.isName("not") && tokens.peek().isName("in")) {
        tokens.next();
        tokens.next();
        return ComparisonOperator.NOT_IN;
      }
      return null;
    }
    if (!token.is(Kind.OPERATOR)) {
      return null;
    }
    ComparisonOperator operator =
        switch (token.text()) {
          case "==" -> ComparisonOperator.EQUAL;
          case "!=" -> ComparisonOperator.NOT_EQUAL;
          case "<" -> ComparisonOperator.LESS;
          case "<=" -> ComparisonOperator.LESS_OR_EQUAL;
          case ">" -> ComparisonOperator.GREATER;
          case ">=" -> ComparisonOperator.GREATER_OR_EQUAL;
          default -> null;
        };
    if (operator != null) {
      tokens.next();
    }
    return operator;
  }

  private Expression sum() {
    int line = tokens.line();
    Expression left = concatenation();
    while (true) {
      if (tokens.skipOperator("+")) {
        left = arithmetic(ArithmeticOperator.ADD, left, concatenation(), line);
      } else if (tokens.skipOperator("-")) {
        left = arithmetic(ArithmeticOperator.SUBTRACT, left, concatenation(), line);
      } else {
        return left;
      }
    }
  }

  private Expression concatenation() {
    int line = tokens.line();
    Expression first = product();
    if (!tokens.current().isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>();
    parts.add(first);
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concatenation(List.copyOf(parts), line);
  }

  private Expression product() {
    int line = tokens.line();
    Expression left = power();
    while (true) {
      if (tokens.skipOperator("*")) {
        left = arithmetic(ArithmeticOperator.MULTIPLY, left, power(), line);
      } else if (tokens.skipOperator("/")) {
        left = arithmetic(ArithmeticOperator.DIVIDE, left, power(), line);
      } else if (tokens.skipOperator("//")) {
        left = arithmetic(ArithmeticOperator.FLOOR_DIVIDE, left, power(), line);
      } else if (tokens.skipOperator("%")) {
        left = arithmetic(ArithmeticOperator.MODULO, left, power(), line);
      } else {
        return left;
      }
    }
  }

  private Expression power() {
    int line = tokens.line();
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = arithmetic(ArithmeticOperator.POWER, left, unary(true), line);
    }
    return left;
  }

  private static Expression arithmetic(
      ArithmeticOperator operator, Expression left, Expression right, int line) {
    return new Expression.Arithmetic(operator, left, right, line);
  }

  private Expression unary(boolean withFilter) {
    int line = tokens.line();
    Expression result;
    if (tokens.skipOperator("-")) {
      result = new Expression.Negative(operand(), line);
    } else if (tokens.skipOperator("+")) {
      result = new Expression.Positive(operand(), line);
    } else {
      result = primaries.primary();
    }
    result = primaries.postfix(result);
    return withFilter ? primaries.filtersAndTests(result) : result;
  }

  /** A chain of filters that begins at the current token, as filter blocks have it. */
  Expression.Filter filterChain() {
    return primaries.filterChain();
  }

  private Expression operand() {
    tokens.enter();
    Expression result = unary(false);
    tokens.leave();
    return result;
  }
}
