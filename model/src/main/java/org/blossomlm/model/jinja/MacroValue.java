package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.jinja.Statement.MacroDefinition;
import org.jspecify.annotations.Nullable;

/** A macro with the scope that it was defined in. */
final class MacroValue implements CallableValue {
  private static final StringValue CALLER = StringValue.trusted("caller");

  private final Interpreter interpreter;
  private final MacroDefinition definition;
  private final Scope closure;

  MacroValue(Interpreter interpreter, MacroDefinition definition, Scope closure) {
    this.interpreter = interpreter;
    this.definition = definition;
    this.closure = closure;
  }

  @Override
  public Value call(Arguments arguments, Runtime runtime) {
    Scope scope = closure.inner();
    Map<StringValue, Value> named = new LinkedHashMap<>(arguments.named());
    bindParameters(arguments.positional(), named, scope);
    bindSpecials(arguments.positional(), named, scope, runtime.budget());
    return interpreter.capture(definition.body(), scope);
  }

  /** Defaults see all parameters that were given, and the defaults before them. */
  private void bindParameters(List<Value> positional, Map<StringValue, Value> named, Scope scope) {
    List<MacroDefinition.Parameter> parameters = definition.parameters();
    List<MacroDefinition.Parameter> missing = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i).name();
      Value value =
          i < positional.size() ? positional.get(i) : named.remove(StringValue.trusted(name));
      if (value == null) {
        missing.add(parameters.get(i));
        value = new Undefined("parameter '" + name + "' was not provided");
      }
      scope.set(name, value);
    }
    for (MacroDefinition.Parameter parameter : missing) {
      if (parameter.defaultValue().isPresent()) {
        Expression expression = parameter.defaultValue().get();
        scope.set(parameter.name(), interpreter.evaluator().evaluate(expression, scope));
      }
    }
  }

  private void bindSpecials(
      List<Value> positional, Map<StringValue, Value> named, Scope scope, Budget budget) {
    if (definition.usesCaller()) {
      Value caller = named.remove(CALLER);
      scope.set("caller", caller == null ? new Undefined("No caller defined") : caller);
    }
    int extra = Math.max(0, positional.size() - definition.parameters().size());
    if (definition.usesKwargs()) {
      scope.set("kwargs", budget.dict(new LinkedHashMap<>(named)));
    } else if (!named.isEmpty()) {
      StringValue name = named.keySet().iterator().next();
      throw new JinjaException(
          named.containsKey(CALLER)
              ? "macro '" + definition.name() + "' is called by a call block but uses no caller()"
              : "macro '" + definition.name() + "' takes no keyword argument '" + name + "'");
    }
    if (definition.usesVarargs()) {
      int first = positional.size() - extra;
      scope.set("varargs", budget.tuple(positional.subList(first, positional.size())));
    } else if (extra > 0) {
      throw new JinjaException(
          "macro '"
              + definition.name()
              + "' takes not more than "
              + definition.parameters().size()
              + " argument(s)");
    }
  }

  @Override
  public @Nullable Value attribute(String name, Runtime runtime) {
    return switch (name) {
      case "name" -> StringValue.trusted(definition.name());
      case "arguments" ->
          runtime
              .budget()
              .tuple(
                  definition.parameters().stream()
                      .<Value>map(parameter -> StringValue.trusted(parameter.name()))
                      .toList());
      case "catch_kwargs" -> Value.of(definition.usesKwargs());
      case "catch_varargs" -> Value.of(definition.usesVarargs());
      case "caller" -> Value.of(definition.usesCaller());
      default -> null;
    };
  }

  @Override
  public String describe() {
    return "<Macro " + PythonText.quote(definition.name()) + ">";
  }

  @Override
  public String typeName() {
    return "jinja2.runtime.Macro";
  }
}
