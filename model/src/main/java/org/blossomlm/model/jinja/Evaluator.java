package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.jinja.Expression.CallArguments;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
final class Evaluator {
  private final Runtime runtime;
  private final Budget budget;

  Evaluator(Runtime runtime) {
    this.runtime = runtime;
    this.budget = runtime.budget();
  }

  Value evaluate(Expression expression, Scope scope) {
    budget.step();
    if (expression instanceof Expression.Literal literal) {
      return literal.value();
    }
    if (expression instanceof Expression.Name name) {
      return scope.get(name.name());
    }
    budget.enter();
    try {
      Value result = compound(expression, scope);
      budget.leave();
      return result;
    } catch (JinjaException e) {
      throw e.at(expression.line());
    }
  }

  private Value compound(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Literal literal -> literal.value();
      case Expression.Name name -> scope.get(name.name());
      case Expression.ListDisplay list -> budget.list(all(list.elements(), scope));
      case Expression.TupleDisplay tuple -> budget.tuple(all(tuple.elements(), scope));
      case Expression.DictDisplay dict -> dict(dict, scope);
      case Expression.Conditional conditional -> conditional(conditional, scope);
      case Expression.And and -> {
        Value left = evaluate(and.left(), scope);
        yield left.isTrue() ? evaluate(and.right(), scope) : left;
      }
      case Expression.Or or -> {
        Value left = evaluate(or.left(), scope);
        yield left.isTrue() ? left : evaluate(or.right(), scope);
      }
      case Expression.Not not -> Value.of(!evaluate(not.operand(), scope).isTrue());
      case Expression.Negative negative -> Numbers.negate(evaluate(negative.operand(), scope));
      case Expression.Positive positive -> Numbers.positive(evaluate(positive.operand(), scope));
      case Expression.Arithmetic arithmetic -> {
        Value left = evaluate(arithmetic.left(), scope);
        yield runtime
            .operators()
            .arithmetic(arithmetic.operator(), left, evaluate(arithmetic.right(), scope));
      }
      case Expression.Concatenation concatenation -> concatenation(concatenation, scope);
      case Expression.Comparison comparison -> comparison(comparison, scope);
      case Expression.Attribute attribute ->
          Attributes.attribute(evaluate(attribute.object(), scope), attribute.name(), runtime);
      case Expression.Item item -> {
        Value object = evaluate(item.object(), scope);
        yield Attributes.item(object, evaluate(item.key(), scope), runtime);
      }
      case Expression.Slice slice -> slice(slice, scope);
      case Expression.Call call -> call(call, scope, Map.of());
      case Expression.Filter filter -> filter(filter, Optional.empty(), scope);
      case Expression.Test test -> {
        Value input = evaluate(test.input(), scope);
        yield Value.of(runtime.test(test.name(), input, arguments(test.arguments(), scope)));
      }
    };
  }

  private List<Value> all(List<Expression> expressions, Scope scope) {
    List<Value> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Value dict(Expression.DictDisplay dict, Scope scope) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Expression.DictDisplay.Entry entry : dict.entries()) {
      Value key = DictValue.requireHashable(evaluate(entry.key(), scope));
      entries.put(key, evaluate(entry.value(), scope));
    }
    return budget.dict(entries);
  }

  private Value conditional(Expression.Conditional conditional, Scope scope) {
    if (evaluate(conditional.test(), scope).isTrue()) {
      return evaluate(conditional.then(), scope);
    }
    return conditional.otherwise().isPresent()
        ? evaluate(conditional.otherwise().get(), scope)
        : new Undefined(
            "the inline if-expression on line "
                + conditional.line()
                + " evaluated to false and no else section was defined");
  }

  private Value concatenation(Expression.Concatenation concatenation, Scope scope) {
    List<StringValue> parts = new ArrayList<>(concatenation.parts().size());
    for (Expression part : concatenation.parts()) {
      parts.add(runtime.str(evaluate(part, scope)));
    }
    TextBuilder out = new TextBuilder(budget);
    parts.forEach(out::append);
    return out.build();
  }

  private Value comparison(Expression.Comparison comparison, Scope scope) {
    Value left = evaluate(comparison.first(), scope);
    for (Expression.Comparison.Operand operand : comparison.operands()) {
      Value right = evaluate(operand.right(), scope);
      if (!runtime.operators().compare(operand.operator(), left, right)) {
        return Value.Bool.FALSE;
      }
      left = right;
    }
    return Value.Bool.TRUE;
  }

  private Value slice(Expression.Slice slice, Scope scope) {
    Value object = evaluate(slice.object(), scope);
    Value start = part(slice.start(), scope);
    Value stop = part(slice.stop(), scope);
    Value step = part(slice.step(), scope);
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!isBound(start) || !isBound(stop) || !isBound(step)) {
      throw new JinjaException("slice indices must be integers or None");
    }
    return Attributes.slice(object, integer(start), integer(stop), integer(step), runtime);
  }

  private Value part(Optional<Expression> expression, Scope scope) {
    return expression.isPresent() ? evaluate(expression.get(), scope) : Value.None.NONE;
  }

  private static boolean isBound(Value value) {
    return value == Value.None.NONE || Indices.isIndex(value);
  }

  private static @Nullable BigInteger integer(Value value) {
    return value instanceof Value.Numeric number ? number.integer() : null;
  }

  /**
   * @param extra named arguments that the template does not write, such as {@code caller}
   */
  Value call(Expression.Call call, Scope scope, Map<String, Value> extra) {
    Value function = evaluate(call.function(), scope);
    Arguments arguments = arguments(call.arguments(), scope);
    if (!extra.isEmpty()) {
      Map<StringValue, Value> named = new LinkedHashMap<>(arguments.named());
      extra.forEach((name, value) -> named.put(StringValue.trusted(name), value));
      arguments = new Arguments(arguments.positional(), named);
    }
    return runtime.call(function, arguments);
  }

  /**
   * @param body the input of a filter block's innermost filter
   */
  Value filter(Expression.Filter filter, Optional<Value> body, Scope scope) {
    Value input =
        switch (filter.input().orElse(null)) {
          case null -> body.orElseThrow();
          case Expression.Filter inner when body.isPresent() -> filter(inner, body, scope);
          case Expression inner -> evaluate(inner, scope);
        };
    return runtime.filter(filter.name(), input, arguments(filter.arguments(), scope));
  }

  private Arguments arguments(CallArguments arguments, Scope scope) {
    if (arguments.equals(CallArguments.NONE)) {
      return Arguments.NONE;
    }
    List<Value> positional = all(arguments.positional(), scope);
    Map<StringValue, Value> named = new LinkedHashMap<>();
    for (CallArguments.Named argument : arguments.named()) {
      StringValue name = StringValue.trusted(argument.name());
      if (named.put(name, evaluate(argument.value(), scope)) != null) {
        throw new JinjaException("keyword argument repeated: " + argument.name());
      }
    }
    if (arguments.unpackedSequence().isPresent()) {
      positional.addAll(runtime.elements(evaluate(arguments.unpackedSequence().get(), scope)));
    }
    if (arguments.unpackedMapping().isPresent()) {
      unpack(evaluate(arguments.unpackedMapping().get(), scope), named);
    }
    return new Arguments(positional, named);
  }

  private static void unpack(Value mapping, Map<StringValue, Value> named) {
    if (!(mapping instanceof DictValue dict)) {
      throw new JinjaException("argument after ** must be a mapping, not " + mapping.typeName());
    }
    dict.entries()
        .forEach((key, value) -> {
          if (!(key instanceof StringValue name)) {
            throw new JinjaException("keywords must be strings");
          }
          if (named.put(name, value) != null) {
            throw new JinjaException(
                "got multiple values for keyword argument '" + name.text() + "'");
          }
        });
  }
}
