package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Optional;

/** The syntax tree of statements. */
sealed interface Statement {
  int line();

  /** Text between tags. */
  record Text(StringValue text, int line) implements Statement {}

  /** {@code {{ expression }}}. */
  record Print(Expression expression, int line) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {
    record Branch(Expression test, List<Statement> body) {}
  }

  record For(
      Target target,
      Expression iterable,
      Optional<Expression> filter,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  record Set(Target target, Expression value, int line) implements Statement {}

  /** {@code {% set x | filters %}body{% endset %}}. */
  record SetBlock(Target target, Optional<Expression.Filter> filter, List<Statement> body, int line)
      implements Statement {}

  record With(List<Binding> bindings, List<Statement> body, int line) implements Statement {
    record Binding(Target target, Expression value) {}
  }

  record Macro(MacroDefinition definition, int line) implements Statement {}

  record CallBlock(Expression.Call call, MacroDefinition caller, int line) implements Statement {}

  record FilterBlock(Expression.Filter filter, List<Statement> body, int line)
      implements Statement {}

  /** A body with its own scope: {@code generation} and {@code autoescape}. */
  record Scoped(List<Statement> body, int line) implements Statement {}

  record Block(String name, boolean scoped, boolean required, List<Statement> body, int line)
      implements Statement {}

  /** A tag that needs other templates; fails when it is reached. */
  record NeedsLoader(String tag, int line) implements Statement {}

  /**
   * @param usesCaller whether the body mentions {@code caller}; so for the other two
   */
  record MacroDefinition(
      String name,
      List<Parameter> parameters,
      List<Statement> body,
      boolean usesCaller,
      boolean usesVarargs,
      boolean usesKwargs) {
    record Parameter(String name, Optional<Expression> defaultValue) {}
  }

  /** What {@code set}, {@code for} and {@code with} assign to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record NamespaceAttribute(String namespace, String attribute) implements Target {}

    record Unpacking(List<Target> targets) implements Target {}
  }
}
