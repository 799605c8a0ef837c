package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.jinja.Statement.Target;

/** Executes statements. */
final class Interpreter {
  /** How a list of statements ended. */
  enum Flow {
    NORMAL,
    BREAK,
    CONTINUE
  }

  private final Runtime runtime;
  private final Budget budget;
  private final Evaluator evaluator;

  Interpreter(Runtime runtime) {
    this.runtime = runtime;
    this.budget = runtime.budget();
    this.evaluator = new Evaluator(runtime);
  }

  Evaluator evaluator() {
    return evaluator;
  }

  /** Renders a whole template. */
  StringValue render(Template template) {
    TextBuilder out = TextBuilder.ofOutput(budget);
    Scope scope = new Scope(runtime);
    Map<String, CallableValue> blocks = new LinkedHashMap<>();
    template
        .blocks()
        .forEach((name, block) -> blocks.put(name, new BlockFunction(this, block, scope)));
    scope.set("self", new BlockReferences(blocks));
    execute(template.body(), scope, out);
    return out.build();
  }

  Flow execute(List<Statement> statements, Scope scope, TextBuilder out) {
    for (Statement statement : statements) {
      budget.step();
      if (statement instanceof Statement.Text text) {
        out.append(text.text());
        continue;
      }
      budget.enter();
      Flow flow;
      try {
        flow = execute(statement, scope, out);
      } catch (JinjaException e) {
        throw e.at(statement.line());
      }
      budget.leave();
      if (flow != Flow.NORMAL) {
        return flow;
      }
    }
    return Flow.NORMAL;
  }

  private Flow execute(Statement statement, Scope scope, TextBuilder out) {
    switch (statement) {
      case Statement.Text text -> out.append(text.text());
      case Statement.Print print ->
          out.append(runtime.str(evaluator.evaluate(print.expression(), scope)));
      case Statement.If choice -> {
        return execute(chosen(choice, scope), scope, out);
      }
      case Statement.For loop -> forLoop(loop, scope, out);
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
      case Statement.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
      case Statement.SetBlock set -> {
        return setBlock(set, scope);
      }
      case Statement.With with -> {
        return with(with, scope, out);
      }
      case Statement.Macro macro ->
          scope.set(macro.definition().name(), new MacroValue(this, macro.definition(), scope));
      case Statement.CallBlock block -> {
        MacroValue caller = new MacroValue(this, block.caller(), scope);
        out.append(requireText(callBlock(block, caller, scope)));
      }
      case Statement.FilterBlock block -> {
        return filterBlock(block, scope, out);
      }
      case Statement.Scoped scoped -> {
        return execute(scoped.body(), scope.inner(), out);
      }
      case Statement.Block block -> block(block, scope, out);
      case Statement.NeedsLoader tag ->
          throw new JinjaException(
              "'" + tag.tag() + "' needs another template, and a chat template stands alone");
    }
    return Flow.NORMAL;
  }

  private List<Statement> chosen(Statement.If choice, Scope scope) {
    for (Statement.If.Branch branch : choice.branches()) {
      if (evaluator.evaluate(branch.test(), scope).isTrue()) {
        return branch.body();
      }
    }
    return choice.otherwise();
  }

  /** Executes {@code body} into a string of its own. */
  StringValue capture(List<Statement> body, Scope scope) {
    TextBuilder out = new TextBuilder(budget);
    execute(body, scope, out);
    return out.build();
  }

  private Flow setBlock(Statement.SetBlock set, Scope scope) {
    Scope inner = scope.inner();
    TextBuilder body = new TextBuilder(budget);
    Flow flow = execute(set.body(), inner, body);
    if (flow == Flow.NORMAL) {
      assign(set.target(), filtered(set.filter(), body.build(), inner), scope);
    }
    return flow;
  }

  private Flow filterBlock(Statement.FilterBlock block, Scope scope, TextBuilder out) {
    Scope inner = scope.inner();
    TextBuilder body = new TextBuilder(budget);
    Flow flow = execute(block.body(), inner, body);
    if (flow == Flow.NORMAL) {
      out.append(requireText(filtered(Optional.of(block.filter()), body.build(), inner)));
    }
    return flow;
  }

  /** Jinja2 puts such results into the output as they are, so that only strings can be. */
  private static StringValue requireText(Value value) {
    if (value instanceof StringValue string) {
      return string;
    }
    throw new JinjaException("the result of the block is no string but " + value.typeName());
  }

  private Value filtered(Optional<Expression.Filter> filter, StringValue body, Scope scope) {
    return filter.isPresent() ? evaluator.filter(filter.get(), Optional.of(body), scope) : body;
  }

  private Flow with(Statement.With with, Scope scope, TextBuilder out) {
    Scope inner = scope.inner();
    for (Statement.With.Binding binding : with.bindings()) {
      assign(binding.target(), evaluator.evaluate(binding.value(), scope), inner);
    }
    return execute(with.body(), inner, out);
  }

  private Value callBlock(Statement.CallBlock block, MacroValue caller, Scope scope) {
    return evaluator.call(block.call(), scope, Map.of("caller", caller));
  }

  private void block(Statement.Block block, Scope scope, TextBuilder out) {
    if (block.required()) {
      throw new JinjaException("required block '" + block.name() + "' not found");
    }
    Scope outer = block.scoped() ? scope : scope.outermost();
    execute(block.body(), outer.inner(), out);
  }

  private void forLoop(Statement.For loop, Scope scope, TextBuilder out) {
    iterate(loop, evaluator.evaluate(loop.iterable(), scope), 0, scope, out);
  }

  /** Runs {@code loop} over {@code iterable}; {@code depth} counts recursive calls. */
  void iterate(Statement.For loop, Value iterable, int depth, Scope scope, TextBuilder out) {
    LoopContext context =
        new LoopContext(this, loop, filteredItems(loop, iterable, scope), depth, scope, runtime);
    boolean completedOnce = false;
    while (context.advance()) {
      budget.step();
      Scope inner = scope.inner();
      inner.set("loop", context);
      assign(loop.target(), context.current(), inner);
      Flow flow = execute(loop.body(), inner, out);
      if (flow == Flow.BREAK) {
        break;
      }
      // Jinja2 runs the else block unless the end of the body was reached at least once.
      completedOnce |= flow == Flow.NORMAL;
    }
    if (!completedOnce) {
      execute(loop.otherwise(), scope.inner(), out);
    }
  }

  private Value filteredItems(Statement.For loop, Value iterable, Scope scope) {
    if (loop.filter().isEmpty()) {
      return iterable;
    }
    Iterator<Value> source = runtime.iterate(iterable);
    Expression filter = loop.filter().get();
    Iterator<Value> accepted =
        new FilteringIterator(
            source,
            item -> {
              budget.step();
              Scope inner = scope.inner();
              assign(loop.target(), item, inner);
              return evaluator.evaluate(filter, inner).isTrue();
            });
    return LazyIterator.generator(() -> accepted, iterable, budget);
  }

  void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.NamespaceAttribute attribute -> {
        if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
          throw new JinjaException(
              "cannot assign attribute '"
                  + attribute.attribute()
                  + "': '"
                  + attribute.namespace()
                  + "' is no namespace");
        }
        namespace.set(attribute.attribute(), value, budget);
      }
      case Target.Unpacking unpacking -> unpack(unpacking.targets(), value, scope);
    }
  }

  private void unpack(List<Target> targets, Value value, Scope scope) {
    List<Value> values = new ArrayList<>();
    Iterator<Value> source = runtime.iterate(value);
    while (values.size() < targets.size() && source.hasNext()) {
      values.add(source.next());
    }
    if (values.size() < targets.size()) {
      throw new JinjaException(
          "not enough values to unpack (expected "
              + targets.size()
              + ", got "
              + values.size()
              + ")");
    }
    if (source.hasNext()) {
      throw new JinjaException("too many values to unpack (expected " + targets.size() + ")");
    }
    for (int i = 0; i < targets.size(); i++) {
      assign(targets.get(i), values.get(i), scope);
    }
  }
}
