package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.math.MathExpression.Call;
import org.blossomlm.data.math.MathExpression.Function;
import org.blossomlm.data.math.MathExpression.Literal;
import org.blossomlm.data.math.MathExpression.Named;
import org.blossomlm.data.math.MathExpression.Power;
import org.blossomlm.data.math.MathExpression.Product;
import org.blossomlm.data.math.MathExpression.Quotient;
import org.blossomlm.data.math.MathExpression.Sum;
import org.blossomlm.data.math.MathExpression.Variable;
import org.blossomlm.data.math.MathTokens.Kind;
import org.blossomlm.data.math.MathTokens.Token;

/**
 * Reads LaTeX and plain formulas by recursive descent: sums of products of powers, products without
 * a sign included. A whole number before a fraction is a mixed number ({@code 2\frac{1}{2}} is
 * 2.5), a letter each is a variable; {@code e} and {@code i} are the numbers of that name.
 */
final class ExpressionParser extends TokenCursor {
  private static final int MAX_DEPTH = 60;

  private static final Rational HALF_TURN = Rational.of(180);

  private static final Map<String, Function> FUNCTIONS =
      Map.of(
          "sin", Function.SIN,
          "cos", Function.COS,
          "tan", Function.TAN,
          "arcsin", Function.ASIN,
          "arccos", Function.ACOS,
          "arctan", Function.ATAN,
          "ln", Function.LN);

  private static final List<String> GREEK =
      List.of(
          "alpha",
          "beta",
          "gamma",
          "delta",
          "epsilon",
          "varepsilon",
          "zeta",
          "eta",
          "theta",
          "iota",
          "kappa",
          "lambda",
          "mu",
          "nu",
          "xi",
          "rho",
          "sigma",
          "tau",
          "phi",
          "varphi",
          "chi",
          "psi",
          "omega",
          "Delta",
          "Omega",
          "Sigma",
          "Phi",
          "Gamma",
          "Theta",
          "Lambda");

  private final boolean mixedInBrackets;
  private int depth;

  private ExpressionParser(List<Token> tokens, boolean mixedInBrackets) {
    super(tokens);
    this.mixedInBrackets = mixedInBrackets;
  }

  /**
   * The formula that {@code tokens} are.
   *
   * @param mixedInBrackets whether {@code 4(5/11)} is four and five elevenths instead of a product
   * @throws NotMathException if they are none
   */
  static MathExpression parse(List<Token> tokens, boolean mixedInBrackets) {
    ExpressionParser parser = new ExpressionParser(tokens, mixedInBrackets);
    MathExpression expression = parser.sum();
    if (parser.at != tokens.size()) {
      throw new NotMathException();
    }
    return expression;
  }

  private MathExpression sum() {
    if (++depth > MAX_DEPTH) {
      throw new NotMathException();
    }
    List<MathExpression> terms = new ArrayList<>();
    boolean negative = false;
    while (accept('-') || accept('+')) {
      negative ^= tokens.get(at - 1).is('-');
    }
    terms.add(negative ? MathExpression.negated(product()) : product());
    while (at < tokens.size() && (tokens.get(at).is('+') || tokens.get(at).is('-'))) {
      boolean minus = tokens.get(at++).is('-');
      MathExpression term = product();
      terms.add(minus ? MathExpression.negated(term) : term);
    }
    depth--;
    return terms.size() == 1 ? terms.getFirst() : new Sum(terms);
  }

  private MathExpression product() {
    MathExpression result = signed();
    while (true) {
      if (accept('*') || acceptCommand("times") || acceptCommand("cdot")) {
        result = times(result, signed());
      } else if (accept('/') || accept(':') || acceptCommand("div")) {
        result = new Quotient(result, signed());
      } else if (startsFactor()) {
        result = times(result, power());
      } else {
        return result;
      }
    }
  }

  private static MathExpression times(MathExpression left, MathExpression right) {
    List<MathExpression> factors = new ArrayList<>();
    if (left instanceof Product(List<MathExpression> earlier)) {
      factors.addAll(earlier);
    } else {
      factors.add(left);
    }
    factors.add(right);
    return new Product(factors);
  }

  /** A factor that may have a sign: 2 * -3. */
  private MathExpression signed() {
    boolean negative = false;
    while (accept('-') || accept('+')) {
      negative ^= tokens.get(at - 1).is('-');
    }
    return negative ? MathExpression.negated(power()) : power();
  }

  private boolean startsFactor() {
    if (at >= tokens.size()) {
      return false;
    }
    Token token = tokens.get(at);
    return switch (token.kind()) {
      // Two numbers in a row are no product.
      case NUMBER -> !tokens.get(at - 1).kind().equals(Kind.NUMBER);
      case WORD -> true;
      case COMMAND -> !List.of("cup", "in", "pm", "mid", "infty").contains(token.text());
      case SYMBOL -> token.is('(') || token.is('{');
      case SCRIPT, NOTE -> false;
    };
  }

  private MathExpression power() {
    if (++depth > MAX_DEPTH) {
      throw new NotMathException();
    }
    MathExpression base = postfix(primary());
    MathExpression result = base;
    if (accept('^') || accept('*', '*')) {
      MathExpression exponent = accept('{') ? closed('}') : signed();
      result = postfix(new Power(base, exponent));
    }
    depth--;
    return result;
  }

  private MathExpression postfix(MathExpression operand) {
    MathExpression result = operand;
    while (at < tokens.size()) {
      if (accept('%')) {
        result = new Quotient(result, MathExpression.number(100));
      } else if (accept('!')) {
        result = new Call(Function.FACTORIAL, result);
      } else if (accept('°')) {
        result = new Quotient(times(result, Named.PI), new Literal(HALF_TURN));
      } else {
        break;
      }
    }
    return result;
  }

  private MathExpression primary() {
    Token token = next();
    return switch (token.kind()) {
      case NUMBER -> number(token);
      case WORD -> word(token);
      case COMMAND -> command(token);
      case SYMBOL -> {
        if (token.is('(')) {
          yield closed(')');
        }
        if (token.is('[')) {
          yield closed(']');
        }
        if (token.is('{')) {
          yield closed('}');
        }
        if (token.is('|')) {
          yield new Call(Function.ABS, closed('|'));
        }
        throw new NotMathException();
      }
      case SCRIPT, NOTE -> throw new NotMathException();
    };
  }

  private MathExpression number(Token token) {
    Rational whole = value(token);
    Optional<Rational> fraction =
        whole.isInteger() ? MixedNumbers.fractionAfter(this, mixedInBrackets) : Optional.empty();
    return new Literal(fraction.map(whole::plus).orElse(whole));
  }

  static Rational value(Token token) {
    return Rational.of(new BigDecimal(token.text()));
  }

  /** Letters in a row: a function that was written without a backslash, or variables. */
  private MathExpression word(Token token) {
    String text = token.text();
    if (text.equals("sqrt")) {
      return root();
    }
    if (text.equals("pi")) {
      return Named.PI;
    }
    if (FUNCTIONS.containsKey(text) || text.equals("log") || text.equals("exp")) {
      return command(token);
    }
    if (text.length() > 4 || (text.length() > 2 && !text.matches("[a-dkm-zA-CM-Z]+"))) {
      throw new NotMathException(); // A word, not a product.
    }
    List<MathExpression> factors = new ArrayList<>();
    for (int i = 0; i < text.length() - 1; i++) {
      factors.add(letter(text.charAt(i)));
    }
    char last = text.charAt(text.length() - 1);
    factors.add(subscripted(String.valueOf(last), letter(last)));
    // The power binds to the last letter alone: 2xy^2.
    if (factors.size() > 1) {
      MathExpression end = factors.removeLast();
      if (at < tokens.size() && tokens.get(at).is('^')) {
        at++;
        end = new Power(end, accept('{') ? closed('}') : signed());
      }
      factors.add(end);
    }
    return factors.size() == 1 ? factors.getFirst() : new Product(factors);
  }

  private static MathExpression letter(char letter) {
    return switch (letter) {
      case 'e' -> Named.E;
      case 'i' -> Named.I;
      default -> new Variable(String.valueOf(letter));
    };
  }

  private MathExpression subscripted(String name, MathExpression plain) {
    if (!accept('_')) {
      return plain;
    }
    StringBuilder index = new StringBuilder(name).append('_');
    if (accept('{')) {
      for (Token token = next(); !token.is('}'); token = next()) {
        index.append(token.text());
      }
    } else {
      index.append(next().text());
    }
    return new Variable(index.toString());
  }

  private MathExpression command(Token token) {
    String name = token.text();
    Function function = FUNCTIONS.get(name);
    if (function != null) {
      return applied(function);
    }
    return switch (name) {
      case "frac" -> new Quotient(group(), group());
      case "sqrt" -> root();
      case "pi" -> Named.PI;
      case "log", "lg" -> logarithm(name);
      case "exp" -> new Power(Named.E, argument());
      case "cot" -> new Quotient(MathExpression.number(1), applied(Function.TAN));
      case "sec" -> new Quotient(MathExpression.number(1), applied(Function.COS));
      case "csc" -> new Quotient(MathExpression.number(1), applied(Function.SIN));
      case "binom" -> binomial(group(), group());
      default -> {
        if (!GREEK.contains(name)) {
          throw new NotMathException();
        }
        yield subscripted("\\" + name, new Variable("\\" + name));
      }
    };
  }

  private MathExpression root() {
    MathExpression degree = MathExpression.number(2);
    if (accept('[')) {
      degree = closed(']');
    }
    return new Power(group(), new Quotient(MathExpression.number(1), degree));
  }

  /** A function's value, with the power that may stand between its name and its argument. */
  private MathExpression applied(Function function) {
    Optional<MathExpression> exponent = Optional.empty();
    if (accept('^')) {
      exponent = Optional.of(accept('{') ? closed('}') : new Literal(value(number())));
    }
    MathExpression call = new Call(function, argument());
    return exponent.<MathExpression>map(power -> new Power(call, power)).orElse(call);
  }

  private Token number() {
    Token token = next();
    if (token.kind() != Kind.NUMBER) {
      throw new NotMathException();
    }
    return token;
  }

  private MathExpression logarithm(String name) {
    MathExpression base = MathExpression.number(10);
    if (name.equals("log") && accept('_')) {
      base = accept('{') ? closed('}') : digitOrLetter();
    }
    MathExpression argument = argument();
    return new Quotient(new Call(Function.LN, argument), new Call(Function.LN, base));
  }

  private MathExpression digitOrLetter() {
    Token token = next();
    return switch (token.kind()) {
      case NUMBER -> new Literal(value(token));
      case WORD -> letter(token.text().charAt(0));
      default -> throw new NotMathException();
    };
  }

  private static MathExpression binomial(MathExpression of, MathExpression choose) {
    Optional<BigInteger> n = integer(of);
    Optional<BigInteger> k = integer(choose);
    if (n.isEmpty() || k.isEmpty() || n.get().bitLength() > 9 || k.get().bitLength() > 9) {
      throw new NotMathException();
    }
    BigInteger result = BigInteger.ONE;
    for (int i = 0; i < k.get().intValueExact(); i++) {
      result =
          result
              .multiply(n.get().subtract(BigInteger.valueOf(i)))
              .divide(BigInteger.valueOf(i + 1));
    }
    return new Literal(new Rational(result, BigInteger.ONE));
  }

  private static Optional<BigInteger> integer(MathExpression expression) {
    return ExactEvaluator.evaluate(expression)
        .filter(value -> value.isInteger() && value.signum() >= 0)
        .map(Rational::numerator);
  }

  /** sin 2x, sin(2x), \sin{2x}: without brackets the factors up to the next sign. */
  private MathExpression argument() {
    if (at < tokens.size() && (tokens.get(at).is('(') || tokens.get(at).is('{'))) {
      return power();
    }
    MathExpression result = power();
    while (at < tokens.size()
        && startsFactor()
        && !FUNCTIONS.containsKey(tokens.get(at).text())
        && !tokens.get(at).is('(')) {
      result = times(result, power());
    }
    return result;
  }

  /** A LaTeX argument: what stands in braces, or one digit or letter. */
  private MathExpression group() {
    if (accept('{')) {
      return closed('}');
    }
    if (accept('(')) {
      return closed(')');
    }
    if (at >= tokens.size()) {
      throw new NotMathException();
    }
    Token token = tokens.get(at);
    at++;
    return switch (token.kind()) {
      case NUMBER -> new Literal(value(token));
      case WORD -> word(token);
      case COMMAND -> command(token);
      default -> throw new NotMathException();
    };
  }

  private MathExpression closed(char bracket) {
    MathExpression inner = sum();
    if (!accept(bracket)) {
      throw new NotMathException();
    }
    return inner;
  }
}
