package org.blossomlm.data.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.math.MathTokens.Kind;
import org.blossomlm.data.math.MathTokens.Token;
import org.blossomlm.data.math.MathValue.Group;

/**
 * Reads an answer by its outer shape first: several answers, a union, brackets, a relation, a
 * number with its unit. What fits none is text, never an error.
 */
final class AnswerParser {
  private static final int MAX_DEPTH = 12;

  private static final Pattern CHOICE =
      Pattern.compile("\\(?\\s*([A-H](?:\\s*[,&和]?\\s*[A-H])*)\\s*\\)?\\.?");

  private static final List<String> ABOUT =
      List.of("约", "大约", "共", "一共", "总共", "约为", "about", "approximately", "around");

  private final AnswerPolicy policy;
  private final RelationParser relations;

  AnswerParser(AnswerPolicy policy) {
    this.policy = policy;
    this.relations = new RelationParser(this);
  }

  MathValue parse(String answer) {
    String clean = AnswerText.clean(answer);
    if (policy.choices()) {
      Optional<MathValue> choice = choice(clean);
      if (choice.isPresent()) {
        return choice.get();
      }
    }
    try {
      return value(MathTokens.of(clean), 0);
    } catch (NotMathException _) {
      return new MathValue.Text(AnswerText.normalised(clean));
    }
  }

  private static Optional<MathValue> choice(String clean) {
    Matcher matcher = CHOICE.matcher(clean.length() > 40 ? "" : clean.replace('、', ','));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    StringBuilder letters = new StringBuilder();
    matcher
        .group(1)
        .chars()
        .filter(c -> c >= 'A' && c <= 'H')
        .distinct()
        .sorted()
        .forEach(c -> letters.append((char) c));
    return Optional.of(new MathValue.Choice(letters.toString()));
  }

  MathValue value(List<Token> tokens, int depth) {
    if (tokens.isEmpty() || depth > MAX_DEPTH) {
      throw new NotMathException();
    }
    List<List<Token>> answers = split(tokens, AnswerParser::separates);
    if (answers.size() > 1 && answers.stream().noneMatch(List::isEmpty)) {
      return new Group(Group.Kind.LIST, values(answers, depth));
    }
    List<List<Token>> parts = split(tokens, token -> token.command("cup"));
    if (parts.size() > 1 && parts.stream().noneMatch(List::isEmpty)) {
      return new Group(Group.Kind.UNION, values(parts, depth));
    }
    if (tokens.size() > 2 && tokens.get(1).command("in")) {
      return value(tokens.subList(2, tokens.size()), depth + 1);
    }
    return bracketed(tokens, depth)
        .or(() -> relations.parse(tokens, depth))
        .or(() -> plusOrMinus(tokens, depth))
        .or(() -> infinity(tokens))
        .orElseGet(() -> quantity(tokens));
  }

  private List<MathValue> values(List<List<Token>> parts, int depth) {
    List<MathValue> values = new ArrayList<>();
    for (List<Token> part : parts) {
      try {
        values.add(value(part, depth + 1));
      } catch (NotMathException _) {
        values.add(text(part));
      }
    }
    return values;
  }

  private static boolean separates(Token token) {
    return switch (token.kind()) {
      case SYMBOL -> token.is(',') || token.is(';') || token.is('、');
      case WORD, NOTE, SCRIPT ->
          List.of("or", "and", "或", "和", "或者", "与", "及").contains(token.text());
      default -> false;
    };
  }

  /** Cuts at separators outside brackets. */
  static List<List<Token>> split(
      List<Token> tokens, java.util.function.Predicate<Token> separator) {
    List<List<Token>> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += nesting(token);
      if (depth == 0 && separator.test(token)) {
        parts.add(tokens.subList(start, i));
        start = i + 1;
      }
    }
    parts.add(tokens.subList(start, tokens.size()));
    return parts;
  }

  private static int nesting(Token token) {
    if (token.kind() != Kind.SYMBOL) {
      return 0;
    }
    return switch (token.text().charAt(0)) {
      case '(', '[', '{', AnswerText.SET_START -> 1;
      case ')', ']', '}', AnswerText.SET_END -> -1;
      default -> 0;
    };
  }

  private Optional<MathValue> bracketed(List<Token> tokens, int depth) {
    if (tokens.size() == 1
        && (tokens.getFirst().command("emptyset")
            || tokens.getFirst().command("varnothing")
            || tokens.getFirst().text().equals("空集"))) {
      return Optional.of(new Group(Group.Kind.SET, List.of()));
    }
    Optional<MathValue> numbered = numbered(tokens);
    if (numbered.isPresent() || nesting(tokens.getFirst()) != 1 || !closesAtEnd(tokens)) {
      return numbered;
    }
    List<Token> inner = tokens.subList(1, tokens.size() - 1);
    List<List<Token>> items = split(inner, token -> token.is(',') || token.is(';'));
    boolean braces = tokens.getFirst().is('{') || tokens.getFirst().is(AnswerText.SET_START);
    if (tokens.getFirst().is(AnswerText.SET_START)) {
      if (inner.isEmpty()) {
        return Optional.of(new Group(Group.Kind.SET, List.of()));
      }
      List<List<Token>> condition =
          split(inner, token -> token.command("mid") || token.is('|') || token.is(':'));
      if (condition.size() == 2 && items.size() == 1) {
        return Optional.of(value(condition.getLast(), depth + 1));
      }
    } else if (items.size() == 1 || items.stream().anyMatch(List::isEmpty)) {
      return Optional.empty();
    }
    List<MathValue> values = values(items, depth);
    if (braces) {
      return Optional.of(new Group(Group.Kind.SET, values));
    }
    boolean lowerClosed = tokens.getFirst().is('[');
    boolean upperClosed = tokens.getLast().is(']');
    boolean infinite = values.stream().anyMatch(MathValue.Infinity.class::isInstance);
    if (values.size() == 2 && (lowerClosed || upperClosed || infinite)) {
      return Optional.of(
          new MathValue.Interval(values.getFirst(), lowerClosed, values.getLast(), upperClosed));
    }
    return Optional.of(new Group(Group.Kind.TUPLE, values));
  }

  private static boolean closesAtEnd(List<Token> tokens) {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += nesting(tokens.get(i));
      if (depth == 0) {
        return i == tokens.size() - 1;
      }
    }
    return false;
  }

  /** (2)(3): which of the numbered statements hold, in any order; not a product. */
  private static Optional<MathValue> numbered(List<Token> tokens) {
    if (tokens.size() < 6 || tokens.size() % 3 != 0) {
      return Optional.empty();
    }
    List<MathValue> numbers = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i += 3) {
      Token number = tokens.get(i + 1);
      if (!tokens.get(i).is('(')
          || !tokens.get(i + 2).is(')')
          || number.kind() != Kind.NUMBER
          || number.text().length() > 2) {
        return Optional.empty();
      }
      numbers.add(number(Rational.of(new java.math.BigDecimal(number.text()))));
    }
    return Optional.of(new Group(Group.Kind.SET, numbers));
  }

  private static MathValue number(Rational value) {
    return new MathValue.Number(value, false, false, Optional.empty());
  }

  private Optional<MathValue> plusOrMinus(List<Token> tokens, int depth) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).command("pm")) {
        places.add(i);
      }
    }
    if (places.size() != 1) {
      return Optional.empty();
    }
    List<MathValue> both = new ArrayList<>();
    for (String sign : new String[] {"+", "-"}) {
      List<Token> signed = new ArrayList<>(tokens);
      signed.set(places.getFirst(), new Token(Kind.SYMBOL, sign, false));
      both.add(value(signed, depth + 1));
    }
    return Optional.of(new Group(Group.Kind.LIST, both));
  }

  private static Optional<MathValue> infinity(List<Token> tokens) {
    boolean signed = tokens.getFirst().is('-') || tokens.getFirst().is('+');
    return tokens.size() == (signed ? 2 : 1) && tokens.getLast().command("infty")
        ? Optional.of(new MathValue.Infinity(tokens.getFirst().is('-')))
        : Optional.empty();
  }

  /** A number or formula with its unit. */
  MathValue quantity(List<Token> all) {
    List<Token> tokens = new ArrayList<>(all);
    if (tokens.size() > 1 && ABOUT.contains(tokens.getFirst().text())) {
      tokens.removeFirst();
    }
    Optional<String> money = money(tokens);
    int end = Units.start(tokens, policy.algebra(), policy.convertsUnits());
    if (end == 0 || tokens.isEmpty()) {
      return chinese(all).orElseGet(() -> text(all));
    }
    List<Token> body = tokens.subList(0, end);
    Optional<String> unit = money.or(() -> unit(tokens.subList(end, tokens.size())));
    boolean percent = body.size() > 1 && body.getLast().is('%');
    try {
      MathExpression expression =
          ExpressionParser.parse(
              percent ? body.subList(0, end - 1) : body, policy.mixedInBrackets());
      Optional<Rational> exact = ExactEvaluator.evaluate(expression);
      boolean decimal = body.stream().anyMatch(AnswerParser::hasPoint);
      if (exact.isPresent()) {
        Rational value = percent ? exact.get().over(Rational.of(100)) : exact.get();
        return new MathValue.Number(value, decimal, percent, unit);
      }
      return new MathValue.Formula(
          percent
              ? new MathExpression.Quotient(expression, MathExpression.number(100))
              : expression,
          unit);
    } catch (NotMathException _) {
      return chinese(all).orElseGet(() -> text(all));
    }
  }

  private static boolean hasPoint(Token token) {
    return token.kind() == Kind.NUMBER && token.text().indexOf('.') >= 0;
  }

  /** Takes the sign of a currency off: before the number, after its sign, or after the number. */
  private static Optional<String> money(List<Token> tokens) {
    for (int i : new int[] {0, 1, tokens.size() - 1}) {
      if (i < tokens.size()
          && tokens.size() > 1
          && tokens.get(i).kind() == Kind.SYMBOL
          && "$¥£€".contains(tokens.get(i).text())) {
        return Optional.of(tokens.remove(i).text());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> unit(List<Token> tokens) {
    StringBuilder unit = new StringBuilder();
    for (Token token : tokens) {
      if (token.kind() == Kind.NUMBER && !unit.isEmpty() && unit.charAt(unit.length() - 1) != '^') {
        unit.append('^');
      }
      if (!token.is('{') && !token.is('}')) {
        unit.append(token.spaced() && !unit.isEmpty() ? " " : "").append(token.text());
      }
    }
    return unit.isEmpty() ? Optional.empty() : Optional.of(unit.toString());
  }

  private static Optional<MathValue> chinese(List<Token> tokens) {
    StringBuilder joined = new StringBuilder();
    for (Token token : tokens) {
      if (token.kind() != Kind.SCRIPT && token.kind() != Kind.NOTE) {
        return Optional.empty();
      }
      joined.append(token.text());
    }
    String text = joined.toString();
    for (int end = Math.min(text.length(), 60); end > 0; end--) {
      Optional<MathValue.Number> number = ChineseNumerals.parse(text.substring(0, end));
      if (number.isPresent()) {
        String unit = text.substring(end);
        MathValue.Number found = number.get();
        return Units.follows(unit)
            ? Optional.of(
                new MathValue.Number(
                    found.value(),
                    found.decimal(),
                    found.percent(),
                    unit.isEmpty() ? Optional.empty() : Optional.of(unit)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  static MathValue text(List<Token> tokens) {
    StringBuilder text = new StringBuilder();
    for (Token token : tokens) {
      text.append(token.kind() == Kind.COMMAND ? "\\" : "").append(token.text());
    }
    return new MathValue.Text(AnswerText.normalised(text.toString()));
  }

  MathExpression expression(List<Token> tokens) {
    return ExpressionParser.parse(tokens, policy.mixedInBrackets());
  }
}
