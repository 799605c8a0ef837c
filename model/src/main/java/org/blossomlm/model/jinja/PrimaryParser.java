package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.model.jinja.Expression.CallArguments;
import org.blossomlm.model.jinja.Token.Kind;

/** Parses literals and names, and what may follow them: subscripts, calls, filters and tests. */
final class PrimaryParser {
  private static final Set<String> NOT_TEST_ARGUMENTS = Set.of("else", "or", "and");

  private final TokenStream tokens;
  private final NamesInUse names;
  private final ExpressionParser expressions;
  private final JinjaLimits limits;

  PrimaryParser(
      TokenStream tokens, NamesInUse names, ExpressionParser expressions, JinjaLimits limits) {
    this.tokens = tokens;
    this.names = names;
    this.expressions = expressions;
    this.limits = limits;
  }

  Expression primary() {
    Token token = tokens.current();
    int line = token.line();
    return switch (token.kind()) {
      case NAME -> {
        tokens.next();
        yield name(token);
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().is(Kind.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Expression.Literal(StringValue.trusted(text.toString()), line);
      }
      case INTEGER -> new Expression.Literal(integer(tokens.next()), line);
      case FLOAT ->
          new Expression.Literal(new Value.Float(Double.parseDouble(tokens.next().text())), line);
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> {
              tokens.next();
              Expression inner = expressions.tuple(true, true, "");
              tokens.expectOperator(")");
              yield inner;
            }
            case "[" -> list();
            case "{" -> dict();
            default -> throw tokens.failure("unexpected " + token.describe());
          };
      default -> throw tokens.failure("unexpected " + token.describe());
    };
  }

  private Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expression.Literal(Value.Bool.TRUE, token.line());
      case "false", "False" -> new Expression.Literal(Value.Bool.FALSE, token.line());
      case "none", "None" -> new Expression.Literal(Value.None.NONE, token.line());
      default -> {
        names.mention(token.text());
        yield new Expression.Name(token.text(), token.line());
      }
    };
  }

  private Value integer(Token token) {
    String digits = token.text();
    int radix = 10;
    if (digits.length() > 1 && Character.isLetter(digits.charAt(1))) {
      radix =
          switch (Character.toLowerCase(digits.charAt(1))) {
            case 'b' -> 2;
            case 'o' -> 8;
            default -> 16;
          };
      digits = digits.substring(2);
    }
    // Four bits a digit is enough for every radix here; BigInteger takes quadratic time.
    if (4L * digits.length() > 4L * limits.integerBits()) {
      throw JinjaLimits.exceeded(
              "digits of an integer", digits.length(), "integerBits", limits.integerBits())
          .at(token.line());
    }
    return new Value.Int(new BigInteger(digits, radix));
  }

  private Expression list() {
    int line = tokens.next().line();
    List<Expression> elements = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      if (!elements.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.current().isOperator("]")) {
        break;
      }
      elements.add(expressions.expression());
    }
    tokens.expectOperator("]");
    return new Expression.ListDisplay(List.copyOf(elements), line);
  }

  private Expression dict() {
    int line = tokens.next().line();
    List<Expression.DictDisplay.Entry> entries = new ArrayList<>();
    while (!tokens.current().isOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.current().isOperator("}")) {
        break;
      }
      Expression key = expressions.expression();
      tokens.expectOperator(":");
      entries.add(new Expression.DictDisplay.Entry(key, expressions.expression()));
    }
    tokens.expectOperator("}");
    return new Expression.DictDisplay(List.copyOf(entries), line);
  }

  Expression postfix(Expression start) {
    Expression result = start;
    while (tokens.current().is(Kind.OPERATOR)) {
      switch (tokens.current().text()) {
        case "." -> result = member(result);
        case "[" -> result = subscript(result);
        case "(" -> result = call(result);
        default -> {
          return result;
        }
      }
    }
    return result;
  }

  private Expression member(Expression object) {
    int line = tokens.next().line();
    Token member = tokens.next();
    return switch (member.kind()) {
      case NAME -> new Expression.Attribute(object, member.text(), line);
      case INTEGER ->
          new Expression.Item(object, new Expression.Literal(integer(member), line), line);
      default ->
          throw new JinjaException(
              "expected a name or a number after '.', found " + member.describe(), member.line());
    };
  }

  private Expression call(Expression function) {
    int line = tokens.line();
    return new Expression.Call(function, callArguments(), line);
  }

  private Expression subscript(Expression object) {
    int line = tokens.next().line();
    List<Expression> keys = new ArrayList<>();
    boolean hasSlice = false;
    Expression result = object;
    while (!tokens.current().isOperator("]")) {
      if (!keys.isEmpty() || hasSlice) {
        tokens.expectOperator(",");
        if (hasSlice) {
          throw tokens.failure("a subscript with several slices is not supported");
        }
      }
      Optional<Expression> first =
          tokens.current().isOperator(":")
              ? Optional.empty()
              : Optional.of(expressions.expression());
      if (first.isPresent() && !tokens.current().isOperator(":")) {
        keys.add(first.get());
      } else {
        hasSlice = true;
        result = slice(object, first, line);
      }
    }
    tokens.expectOperator("]");
    if (hasSlice) {
      return result;
    }
    Expression key =
        keys.size() == 1 ? keys.getFirst() : new Expression.TupleDisplay(List.copyOf(keys), line);
    return new Expression.Item(object, key, line);
  }

  private Expression slice(Expression object, Optional<Expression> start, int line) {
    tokens.expectOperator(":");
    Optional<Expression> stop = slicePart();
    Optional<Expression> step = tokens.skipOperator(":") ? slicePart() : Optional.empty();
    return new Expression.Slice(object, start, stop, step, line);
  }

  private Optional<Expression> slicePart() {
    Token token = tokens.current();
    return token.isOperator(":") || token.isOperator("]") || token.isOperator(",")
        ? Optional.empty()
        : Optional.of(expressions.expression());
  }

  Expression filtersAndTests(Expression start) {
    Expression result = start;
    while (true) {
      if (tokens.current().isOperator("|")) {
        tokens.next();
        result = filter(Optional.of(result));
      } else if (tokens.current().isName("is")) {
        result = test(result);
      } else if (tokens.current().isOperator("(")) {
        result = call(result);
      } else {
        return result;
      }
    }
  }

  /** A chain of filters that begins at the current token, as filter blocks have it. */
  Expression.Filter filterChain() {
    Expression.Filter result = filter(Optional.empty());
    while (tokens.skipOperator("|")) {
      result = filter(Optional.of(result));
    }
    return result;
  }

  private Expression.Filter filter(Optional<Expression> input) {
    int line = tokens.line();
    String name = dottedName();
    if (!Builtins.FILTERS.containsKey(name)) {
      names.addUnknown(new JinjaException("no filter named '" + name + "'", line));
    }
    CallArguments arguments =
        tokens.current().isOperator("(") ? callArguments() : CallArguments.NONE;
    return new Expression.Filter(input, name, arguments, line);
  }

  private Expression test(Expression input) {
    int line = tokens.next().line();
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    if (!Builtins.TESTS.containsKey(name)) {
      names.addUnknown(new JinjaException("no test named '" + name + "'", line));
    }
    CallArguments arguments = CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = callArguments();
    } else if (startsTestArgument(tokens.current())) {
      if (tokens.current().isName("is")) {
        throw tokens.failure("tests cannot be chained with 'is'");
      }
      tokens.enter();
      Expression argument = postfix(primary());
      tokens.leave();
      arguments =
          new CallArguments(List.of(argument), List.of(), Optional.empty(), Optional.empty());
    }
    Expression test = new Expression.Test(input, name, arguments, line);
    return negated ? new Expression.Not(test, line) : test;
  }

  private static boolean startsTestArgument(Token token) {
    return switch (token.kind()) {
      case NAME -> !NOT_TEST_ARGUMENTS.contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME).text());
    }
    return name.toString();
  }

  private CallArguments callArguments() {
    tokens.enter();
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<CallArguments.Named> named = new ArrayList<>();
    Optional<Expression> sequence = Optional.empty();
    Optional<Expression> mapping = Optional.empty();
    while (!tokens.current().isOperator(")")) {
      if (tokens.skipOperator("*")) {
        requireOrder(sequence.isEmpty() && mapping.isEmpty());
        sequence = Optional.of(expressions.expression());
      } else if (tokens.skipOperator("**")) {
        requireOrder(mapping.isEmpty());
        mapping = Optional.of(expressions.expression());
      } else if (tokens.current().is(Kind.NAME) && tokens.peek().isOperator("=")) {
        requireOrder(mapping.isEmpty());
        String name = tokens.next().text();
        tokens.next();
        named.add(new CallArguments.Named(name, expressions.expression()));
      } else {
        requireOrder(sequence.isEmpty() && mapping.isEmpty() && named.isEmpty());
        positional.add(expressions.expression());
      }
      if (!tokens.current().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.next();
    tokens.leave();
    return new CallArguments(List.copyOf(positional), List.copyOf(named), sequence, mapping);
  }

  private void requireOrder(boolean inOrder) {
    if (!inOrder) {
      throw tokens.failure(
          "arguments of a call must come in this order: positional, named, *sequence, **mapping");
    }
  }
}
