package org.blossomlm.data.math;

import java.util.Optional;
import org.blossomlm.data.math.MathTokens.Kind;

/**
 * Fractions that make the whole number before them a mixed one: 2 1/2, 2\frac{1}{2}, 三又 1/2,
 * 4(5/11).
 */
final class MixedNumbers {
  private MixedNumbers() {}

  /** The fraction that makes a whole number a mixed one, if it follows. */
  static Optional<Rational> fractionAfter(TokenCursor cursor, boolean inBrackets) {
    int start = cursor.at;
    boolean spoken =
        cursor.at < cursor.tokens.size()
            && cursor.tokens.get(cursor.at).kind() == Kind.SCRIPT
            && cursor.tokens.get(cursor.at).text().equals("又");
    if (spoken) {
      cursor.at++;
    }
    Optional<Rational> fraction = latexFraction(cursor).or(() -> plainFraction(cursor));
    if (fraction.isEmpty() && inBrackets) {
      fraction = bracketedFraction(cursor);
    }
    if (fraction.isEmpty()) {
      cursor.at = start;
    }
    return fraction;
  }

  private static Optional<Rational> latexFraction(TokenCursor cursor) {
    int start = cursor.at;
    if (cursor.acceptCommand("frac")) {
      Optional<Rational> top = digits(cursor);
      Optional<Rational> bottom = digits(cursor);
      if (top.isPresent() && bottom.isPresent() && bottom.get().signum() != 0) {
        return Optional.of(top.get().over(bottom.get()));
      }
    }
    cursor.at = start;
    return Optional.empty();
  }

  private static Optional<Rational> digits(TokenCursor cursor) {
    int start = cursor.at;
    if (cursor.accept('{')
        && cursor.at + 1 < cursor.tokens.size()
        && cursor.tokens.get(cursor.at).kind() == Kind.NUMBER
        && cursor.tokens.get(cursor.at + 1).is('}')) {
      cursor.at += 2;
      return Optional.of(ExpressionParser.value(cursor.tokens.get(cursor.at - 2)));
    }
    cursor.at = start;
    return Optional.empty();
  }

  private static Optional<Rational> plainFraction(TokenCursor cursor) {
    if (cursor.at + 2 < cursor.tokens.size()
        && cursor.tokens.get(cursor.at).kind() == Kind.NUMBER
        && cursor.tokens.get(cursor.at + 1).is('/')
        && cursor.tokens.get(cursor.at + 2).kind() == Kind.NUMBER) {
      Rational bottom = ExpressionParser.value(cursor.tokens.get(cursor.at + 2));
      if (bottom.signum() != 0) {
        cursor.at += 3;
        return Optional.of(ExpressionParser.value(cursor.tokens.get(cursor.at - 3)).over(bottom));
      }
    }
    return Optional.empty();
  }

  /** (5/11) or ((5)/(11)). */
  private static Optional<Rational> bracketedFraction(TokenCursor cursor) {
    int start = cursor.at;
    if (cursor.accept('(')) {
      Optional<Rational> top = bracketedDigits(cursor);
      if (top.isPresent() && cursor.accept('/')) {
        Optional<Rational> bottom = bracketedDigits(cursor);
        if (bottom.isPresent() && bottom.get().signum() != 0 && cursor.accept(')')) {
          return Optional.of(top.get().over(bottom.get()));
        }
      }
    }
    cursor.at = start;
    return Optional.empty();
  }

  private static Optional<Rational> bracketedDigits(TokenCursor cursor) {
    boolean bracket = cursor.accept('(');
    if (cursor.at < cursor.tokens.size() && cursor.tokens.get(cursor.at).kind() == Kind.NUMBER) {
      Rational value = ExpressionParser.value(cursor.tokens.get(cursor.at++));
      if (!bracket || cursor.accept(')')) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
