package org.blossomlm.model.jinja;

import java.util.List;
import org.blossomlm.model.jinja.Token.Kind;

/** The tokens of a template with a position, and how deep the parser is in nested constructs. */
final class TokenStream {
  private final List<Token> tokens;
  private final int maximumDepth;
  private int position;
  private int depth;

  TokenStream(List<Token> tokens, int maximumDepth) {
    this.tokens = tokens;
    this.maximumDepth = maximumDepth;
  }

  Token current() {
    return tokens.get(position);
  }

  Token peek() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  /** Returns the current token and moves on; the end token stays current for ever. */
  Token next() {
    Token token = current();
    if (position < tokens.size() - 1) {
      position++;
    }
    return token;
  }

  boolean skipName(String name) {
    return skip(current().isName(name));
  }

  boolean skipOperator(String operator) {
    return skip(current().isOperator(operator));
  }

  private boolean skip(boolean matches) {
    if (matches) {
      next();
    }
    return matches;
  }

  Token expect(Kind kind) {
    if (!current().is(kind)) {
      throw unexpected(kind.description());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  JinjaException unexpected(String expected) {
    return failure("expected " + expected + ", found " + current().describe());
  }

  JinjaException failure(String message) {
    return new JinjaException(message, line());
  }

  void enter() {
    if (++depth > maximumDepth) {
      throw JinjaLimits.exceeded("nesting of the template", depth, "parseDepth", maximumDepth)
          .at(line());
    }
  }

  void leave() {
    depth--;
  }
}
