package org.blossomlm.data.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.data.math.MathTokens.Kind;
import org.blossomlm.data.math.MathTokens.Token;
import org.blossomlm.data.math.MathValue.Comparison;

/**
 * Reads equations and inequalities; an inequality that bounds one letter is the interval it means.
 */
final class RelationParser {
  private final AnswerParser answers;

  RelationParser(AnswerParser answers) {
    this.answers = answers;
  }

  Optional<MathValue> parse(List<Token> tokens, int depth) {
    List<Comparison> signs = new ArrayList<>();
    List<List<Token>> sides =
        AnswerParser.split(
            tokens,
            token -> {
              Optional<Comparison> sign = comparison(token);
              sign.ifPresent(signs::add);
              return sign.isPresent();
            });
    if (signs.isEmpty() || sides.stream().anyMatch(List::isEmpty)) {
      return Optional.empty();
    }
    if (signs.stream().allMatch(sign -> sign == Comparison.EQUAL)) {
      return Optional.of(equation(sides.getFirst(), sides.getLast(), depth));
    }
    return Optional.of(
        switch (signs.size()) {
          case 1 -> inequality(signs.getFirst(), sides.getFirst(), sides.getLast());
          case 2 -> between(signs, sides, depth);
          default -> throw new NotMathException();
        });
  }

  private static Optional<Comparison> comparison(Token token) {
    if (token.kind() == Kind.SYMBOL) {
      return switch (token.text()) {
        case "=" -> Optional.of(Comparison.EQUAL);
        case "<" -> Optional.of(Comparison.LESS);
        case ">" -> Optional.of(Comparison.GREATER);
        default -> Optional.empty();
      };
    }
    if (token.kind() != Kind.COMMAND) {
      return Optional.empty();
    }
    return switch (token.text()) {
      case "approx" -> Optional.of(Comparison.EQUAL);
      case "neq", "ne" -> Optional.of(Comparison.UNEQUAL);
      case "lt" -> Optional.of(Comparison.LESS);
      case "gt" -> Optional.of(Comparison.GREATER);
      case "le", "leq", "leqslant" -> Optional.of(Comparison.LESS_OR_EQUAL);
      case "ge", "geq", "geqslant" -> Optional.of(Comparison.GREATER_OR_EQUAL);
      default -> Optional.empty();
    };
  }

  /** In a chain a = b = c what counts is the last; a name that is no formula only labels it. */
  private MathValue equation(List<Token> left, List<Token> right, int depth) {
    MathValue value = answers.value(right, depth + 1);
    Optional<MathExpression> name = name(left);
    return switch (value) {
      case MathValue.Number number when name.isPresent() ->
          number.unit().isPresent() || number.percent()
              ? number
              : new MathValue.Relation(
                  Comparison.EQUAL, name.get(), new MathExpression.Literal(number.value()));
      case MathValue.Formula formula when name.isPresent() && formula.unit().isEmpty() ->
          new MathValue.Relation(Comparison.EQUAL, name.get(), formula.body());
      default -> value;
    };
  }

  private Optional<MathExpression> name(List<Token> tokens) {
    if (tokens.size() == 4
        && tokens.getFirst().kind() == Kind.WORD
        && tokens.get(1).is('(')
        && tokens.get(2).kind() == Kind.WORD
        && tokens.get(3).is(')')) {
      return Optional.of(
          new MathExpression.Variable(tokens.getFirst().text() + "(" + tokens.get(2).text() + ")"));
    }
    try {
      return Optional.of(answers.expression(tokens));
    } catch (NotMathException _) {
      return Optional.empty();
    }
  }

  private MathValue inequality(Comparison sign, List<Token> left, List<Token> right) {
    MathExpression low = answers.expression(left);
    MathExpression high = answers.expression(right);
    if (low instanceof MathExpression.Variable && high.variables().isEmpty()) {
      return bounded(sign, high);
    }
    if (high instanceof MathExpression.Variable && low.variables().isEmpty()) {
      return bounded(sign.reversed(), low);
    }
    return new MathValue.Relation(sign, low, high);
  }

  /** Where a letter is that stands in {@code sign} to a number. */
  private static MathValue bounded(Comparison sign, MathExpression bound) {
    MathValue end = constant(bound);
    MathValue.Infinity below = new MathValue.Infinity(true);
    MathValue.Infinity above = new MathValue.Infinity(false);
    return switch (sign) {
      case LESS -> new MathValue.Interval(below, false, end, false);
      case LESS_OR_EQUAL -> new MathValue.Interval(below, false, end, true);
      case GREATER -> new MathValue.Interval(end, false, above, false);
      case GREATER_OR_EQUAL -> new MathValue.Interval(end, true, above, false);
      case UNEQUAL ->
          new MathValue.Group(
              MathValue.Group.Kind.UNION,
              List.of(
                  new MathValue.Interval(below, false, end, false),
                  new MathValue.Interval(end, false, above, false)));
      case EQUAL -> end;
    };
  }

  private static MathValue constant(MathExpression expression) {
    return ExactEvaluator.evaluate(expression)
        .<MathValue>map(value -> new MathValue.Number(value, false, false, Optional.empty()))
        .orElseGet(() -> new MathValue.Formula(expression, Optional.empty()));
  }

  /** 1 < x <= 2 and 2 >= x > 1. */
  private MathValue between(List<Comparison> signs, List<List<Token>> sides, int depth) {
    if (sides.get(1).size() > 4) {
      throw new NotMathException();
    }
    boolean rising = isLess(signs.getFirst()) && isLess(signs.getLast());
    boolean falling = isLess(signs.getFirst().reversed()) && isLess(signs.getLast().reversed());
    MathExpression middle = answers.expression(sides.get(1));
    if ((!rising && !falling) || !(middle instanceof MathExpression.Variable)) {
      throw new NotMathException();
    }
    MathValue first = answers.value(sides.getFirst(), depth + 1);
    MathValue last = answers.value(sides.getLast(), depth + 1);
    boolean firstClosed = isClosed(signs.getFirst());
    boolean lastClosed = isClosed(signs.getLast());
    return rising
        ? new MathValue.Interval(first, firstClosed, last, lastClosed)
        : new MathValue.Interval(last, lastClosed, first, firstClosed);
  }

  private static boolean isLess(Comparison sign) {
    return sign == Comparison.LESS || sign == Comparison.LESS_OR_EQUAL;
  }

  private static boolean isClosed(Comparison sign) {
    return sign == Comparison.LESS_OR_EQUAL || sign == Comparison.GREATER_OR_EQUAL;
  }
}
