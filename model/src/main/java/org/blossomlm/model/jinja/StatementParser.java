package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.model.jinja.Statement.MacroDefinition;
import org.blossomlm.model.jinja.Statement.Target;
import org.blossomlm.model.jinja.Token.Kind;

/** Parses a template into statements. */
final class StatementParser {
  private static final Set<String> CONSTANTS =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenStream tokens;
  private final NamesInUse names = new NamesInUse();
  private final ExpressionParser expressions;
  private final Map<String, Statement.Block> blocks = new HashMap<>();
  private int loopDepth;

  /**
   * Whether an unknown filter or test is an error only when it is reached: directly in the body of
   * an {@code if}, as in Jinja2, so that templates can guard what an engine may lack.
   */
  private boolean guarded;

  private StatementParser(String source, JinjaLimits limits) {
    this.tokens = new TokenStream(Lexer.tokenize(source), limits.parseDepth());
    this.expressions = new ExpressionParser(tokens, names, limits);
  }

  static Template parse(String source, JinjaLimits limits) {
    StatementParser parser = new StatementParser(source, limits);
    List<Statement> body = parser.statements();
    return new Template(body, Map.copyOf(parser.blocks));
  }

  /** Statements up to one of the tags {@code ends}, whose name becomes the current token. */
  private List<Statement> statements(String... ends) {
    List<Statement> result = new ArrayList<>();
    while (true) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA ->
            result.add(new Statement.Text(StringValue.trusted(token.text()), token.line()));
        case VARIABLE_BEGIN -> {
          Expression expression = expressions.tuple(true);
          names.settleUnknown(guarded);
          result.add(new Statement.Print(expression, token.line()));
          tokens.expect(Kind.VARIABLE_END);
        }
        case BLOCK_BEGIN -> {
          if (isAnyOf(tokens.current(), ends)) {
            return List.copyOf(result);
          }
          statement(result, ends);
          names.settleUnknown(guarded);
          tokens.expect(Kind.BLOCK_END);
        }
        default -> {
          if (ends.length > 0) {
            throw new JinjaException(
                "unexpected end of template, expected " + String.join(" or ", ends), token.line());
          }
          return List.copyOf(result);
        }
      }
    }
  }

  private static boolean isAnyOf(Token token, String[] names) {
    for (String name : names) {
      if (token.isName(name)) {
        return true;
      }
    }
    return false;
  }

  /** What stands between the rest of an opening tag and the name of the closing one. */
  private List<Statement> body(String... ends) {
    names.settleUnknown(guarded);
    tokens.skipOperator(":");
    tokens.expect(Kind.BLOCK_END);
    tokens.enter();
    List<Statement> result = statements(ends);
    tokens.leave();
    return result;
  }

  private List<Statement> bodyThrough(String end) {
    List<Statement> result = body(end);
    tokens.next();
    return result;
  }

  /** A body with a scope of its own, in which unknown filters are errors again. */
  private List<Statement> scopedBody(String end) {
    names.settleUnknown(guarded);
    boolean outerGuarded = guarded;
    guarded = false;
    List<Statement> result = bodyThrough(end);
    guarded = outerGuarded;
    return result;
  }

  /** A body that runs as a function of its own, out of reach of the loops around it. */
  private List<Statement> functionBody(String end) {
    int outerLoops = loopDepth;
    loopDepth = 0;
    List<Statement> result = scopedBody(end);
    loopDepth = outerLoops;
    return result;
  }

  private void statement(List<Statement> out, String[] ends) {
    Token tag = tokens.expect(Kind.NAME);
    int line = tag.line();
    switch (tag.text()) {
      case "if" -> out.add(ifStatement(line));
      case "for" -> out.add(forStatement(line));
      case "break", "continue" -> out.add(loopControl(tag));
      case "set" -> out.add(set(line));
      case "with" -> out.add(with(line));
      case "macro" -> out.add(macro(line));
      case "call" -> out.add(callBlock(line));
      case "filter" -> {
        Expression.Filter filter = expressions.filterChain();
        out.add(new Statement.FilterBlock(filter, scopedBody("endfilter"), line));
      }
      case "generation" -> out.add(new Statement.Scoped(functionBody("endgeneration"), line));
      case "autoescape" -> out.add(autoescape(line));
      case "block" -> out.add(block(line));
      case "print" -> print(out, line);
      case "include", "import", "from", "extends" -> {
        while (!tokens.current().is(Kind.BLOCK_END) && !tokens.current().is(Kind.END)) {
          tokens.next();
        }
        out.add(new Statement.NeedsLoader(tag.text(), line));
      }
      default ->
          throw new JinjaException(
              "unknown tag '"
                  + tag.text()
                  + "'"
                  + (ends.length == 0 ? "" : "; expected " + String.join(" or ", ends)),
              line);
    }
  }

  private Statement ifStatement(int line) {
    boolean outerGuarded = guarded;
    guarded = true;
    List<Statement.If.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    Token end;
    do {
      Expression test = expressions.tuple(false);
      branches.add(new Statement.If.Branch(test, body("elif", "else", "endif")));
      end = tokens.next();
    } while (end.isName("elif"));
    if (end.isName("else")) {
      otherwise = bodyThrough("endif");
    }
    guarded = outerGuarded;
    return new Statement.If(List.copyOf(branches), otherwise, line);
  }

  private Statement forStatement(int line) {
    Target target = target("in", false);
    tokens.expectName("in");
    if (mentionsLoop(target)) {
      throw new JinjaException("can't assign to the special variable 'loop'", line);
    }
    Expression iterable = expressions.iterable();
    Optional<Expression> filter =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    names.settleUnknown(guarded);
    boolean outerGuarded = guarded;
    guarded = false;
    loopDepth++;
    List<Statement> body = body("endfor", "else");
    loopDepth--;
    List<Statement> otherwise = tokens.next().isName("else") ? bodyThrough("endfor") : List.of();
    guarded = outerGuarded;
    return new Statement.For(target, iterable, filter, recursive, body, otherwise, line);
  }

  private static boolean mentionsLoop(Target target) {
    return switch (target) {
      case Target.Variable variable -> variable.name().equals("loop");
      case Target.NamespaceAttribute attribute -> false;
      case Target.Unpacking unpacking ->
          unpacking.targets().stream().anyMatch(StatementParser::mentionsLoop);
    };
  }

  private Statement loopControl(Token tag) {
    if (loopDepth == 0) {
      throw new JinjaException("'" + tag.text() + "' outside loop", tag.line());
    }
    return tag.isName("break")
        ? new Statement.Break(tag.line())
        : new Statement.Continue(tag.line());
  }

  private Statement set(int line) {
    Target target = target("", true);
    if (tokens.skipOperator("=")) {
      return new Statement.Set(target, expressions.tuple(true), line);
    }
    Optional<Expression.Filter> filter =
        tokens.skipOperator("|") ? Optional.of(expressions.filterChain()) : Optional.empty();
    return new Statement.SetBlock(target, filter, scopedBody("endset"), line);
  }

  private Statement with(int line) {
    List<Statement.With.Binding> bindings = new ArrayList<>();
    while (!tokens.current().is(Kind.BLOCK_END)) {
      if (!bindings.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = target("", false);
      tokens.expectOperator("=");
      bindings.add(new Statement.With.Binding(target, expressions.expression()));
    }
    return new Statement.With(List.copyOf(bindings), scopedBody("endwith"), line);
  }

  private Statement macro(int line) {
    String name = targetName(tokens.expect(Kind.NAME));
    return new Statement.Macro(definition(name, "endmacro"), line);
  }

  private Statement callBlock(int line) {
    List<MacroDefinition.Parameter> parameters =
        tokens.current().isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw new JinjaException("expected a call of a macro after 'call'", line);
    }
    return new Statement.CallBlock(call, definition("caller", parameters, "endcall"), line);
  }

  private MacroDefinition definition(String name, String end) {
    return definition(name, parameters(), end);
  }

  private MacroDefinition definition(
      String name, List<MacroDefinition.Parameter> parameters, String end) {
    names.beginMacro();
    List<Statement> body = functionBody(end);
    NamesInUse.SpecialNames used = names.endMacro();
    boolean explicitCaller =
        parameters.stream().anyMatch(parameter -> parameter.name().equals("caller"));
    return new MacroDefinition(
        name, parameters, body, used.caller() && !explicitCaller, used.varargs(), used.kwargs());
  }

  private List<MacroDefinition.Parameter> parameters() {
    List<MacroDefinition.Parameter> result = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    boolean hasDefault = false;
    tokens.expectOperator("(");
    while (!tokens.current().isOperator(")")) {
      if (!result.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = targetName(tokens.expect(Kind.NAME));
      if (!taken.add(name)) {
        throw tokens.failure("duplicate parameter '" + name + "'");
      }
      Optional<Expression> defaultValue = Optional.empty();
      if (tokens.skipOperator("=")) {
        hasDefault = true;
        defaultValue = Optional.of(expressions.expression());
      } else if (hasDefault) {
        throw tokens.failure("a parameter without default follows one with a default");
      }
      result.add(new MacroDefinition.Parameter(name, defaultValue));
    }
    tokens.next();
    return List.copyOf(result);
  }

  private Statement autoescape(int line) {
    Expression enabled = expressions.expression();
    if (!(enabled instanceof Expression.Literal literal) || literal.value().isTrue()) {
      throw new JinjaException(
          "autoescape cannot be switched on: prompts are not HTML; use the filter 'escape'", line);
    }
    return new Statement.Scoped(scopedBody("endautoescape"), line);
  }

  private Statement block(int line) {
    String name = tokens.expect(Kind.NAME).text();
    boolean scoped = tokens.skipName("scoped");
    boolean required = tokens.skipName("required");
    List<Statement> body = functionBody("endblock");
    tokens.skipName(name);
    if (required && !body.stream().allMatch(StatementParser::isBlankText)) {
      throw new JinjaException("required blocks can only contain comments or whitespace", line);
    }
    Statement.Block block = new Statement.Block(name, scoped, required, body, line);
    if (blocks.put(name, block) != null) {
      throw new JinjaException("block '" + name + "' defined twice", line);
    }
    return block;
  }

  private static boolean isBlankText(Statement statement) {
    return statement instanceof Statement.Text text
        && text.text().text().codePoints().allMatch(PythonText::isSpace);
  }

  private void print(List<Statement> out, int line) {
    boolean first = true;
    while (!tokens.current().is(Kind.BLOCK_END)) {
      if (!first) {
        tokens.expectOperator(",");
      }
      first = false;
      out.add(new Statement.Print(expressions.expression(), line));
    }
  }

  /**
   * @param end a name that ends the target; empty for none
   */
  private Target target(String end, boolean allowNamespace) {
    List<Target> targets = new ArrayList<>();
    boolean unpacking = false;
    while (!isTargetEnd(end)) {
      targets.add(singleTarget(allowNamespace));
      if (!tokens.skipOperator(",")) {
        break;
      }
      unpacking = true;
    }
    if (targets.isEmpty()) {
      throw tokens.unexpected("a name to assign to");
    }
    return unpacking ? new Target.Unpacking(List.copyOf(targets)) : targets.getFirst();
  }

  private boolean isTargetEnd(String end) {
    Token token = tokens.current();
    return token.is(Kind.BLOCK_END) || token.isOperator(")") || token.isName(end);
  }

  private Target singleTarget(boolean allowNamespace) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = target("", false);
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    if (!tokens.current().is(Kind.NAME)) {
      throw tokens.failure("can't assign to " + tokens.current().describe());
    }
    Token name = tokens.next();
    if (allowNamespace && tokens.skipOperator(".")) {
      return new Target.NamespaceAttribute(name.text(), tokens.expect(Kind.NAME).text());
    }
    return new Target.Variable(targetName(name));
  }

  private static String targetName(Token name) {
    if (CONSTANTS.contains(name.text())) {
      throw new JinjaException("can't assign to '" + name.text() + "'", name.line());
    }
    return name.text();
  }
}
