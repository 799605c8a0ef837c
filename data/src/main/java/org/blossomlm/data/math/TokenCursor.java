package org.blossomlm.data.math;

import java.util.List;
import org.blossomlm.data.math.MathTokens.Token;

/** A place in the tokens of a formula, which moves forward as they are accepted. */
class TokenCursor {
  final List<Token> tokens;

  /** The index of the next token. */
  int at;

  TokenCursor(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
  }

  Token next() {
    if (at >= tokens.size()) {
      throw new NotMathException();
    }
    return tokens.get(at++);
  }

  boolean accept(char symbol) {
    if (at < tokens.size() && tokens.get(at).is(symbol)) {
      at++;
      return true;
    }
    return false;
  }

  boolean accept(char first, char second) {
    if (at + 1 < tokens.size() && tokens.get(at).is(first) && tokens.get(at + 1).is(second)) {
      at += 2;
      return true;
    }
    return false;
  }

  boolean acceptCommand(String name) {
    if (at < tokens.size() && tokens.get(at).command(name)) {
      at++;
      return true;
    }
    return false;
  }
}
