package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.jspecify.annotations.Nullable;

/** Conversion between the Java objects of a context and template values. */
final class ContextValues {
  private final Budget budget;

  ContextValues(Budget budget) {
    this.budget = budget;
  }

  Map<String, Value> variables(Map<String, ?> context) {
    Map<String, Value> variables = new LinkedHashMap<>();
    context.forEach((name, object) -> variables.put(name, convert(object, 1)));
    return variables;
  }

  private Value convert(@Nullable Object object, int depth) {
    budget.dataDepth(depth);
    return switch (object) {
      case null -> Value.None.NONE;
      case Value value -> value;
      case String text -> StringValue.trusted(text);
      case MarkedText text -> StringValue.of(text);
      case Boolean bool -> Value.of(bool);
      case Integer number -> Value.of(number);
      case Long number -> Value.of(number);
      case Short number -> Value.of(number);
      case Byte number -> Value.of(number);
      case BigInteger number -> budget.integer(number);
      case Double number -> new Value.Float(number);
      case java.lang.Float number -> new Value.Float(Double.parseDouble(number.toString()));
      case BigDecimal number -> new Value.Float(number.doubleValue());
      case Map<?, ?> map -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) ->
            entries.put(
                DictValue.requireHashable(convert(key, depth + 1)), convert(value, depth + 1)));
        yield budget.dict(entries);
      }
      case Iterable<?> elements -> {
        List<Value> values = new ArrayList<>();
        for (Object element : elements) {
          values.add(convert(element, depth + 1));
        }
        yield budget.list(values);
      }
      case JinjaFunction function -> new ContextFunction(function);
      default ->
          throw new JinjaException(
              "a context may hold strings, MarkedText, booleans, numbers, null, lists, maps and"
                  + " JinjaFunctions, not "
                  + object.getClass().getName());
    };
  }

  /** The value as {@link JinjaFunction} receives it. */
  private static @Nullable Object toJava(Value value, Budget budget) {
    return switch (value) {
      case Value.None none -> null;
      case Undefined undefined -> null;
      case Value.Bool bool -> bool.value();
      case Value.Int integer -> integer.value();
      case Value.Float number -> number.value();
      case StringValue string -> string.toMarkedText();
      case DictValue dict -> {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        dict.entries().forEach((key, entry) -> map.put(toJava(key, budget), toJava(entry, budget)));
        yield map;
      }
      case LazyIterator iterator -> toJavaList(Iteration.elements(iterator, budget), budget);
      case SequenceValue sequence -> toJavaList(sequence.elements(), budget);
      case RangeValue range -> toJavaList(range.elements(), budget);
      case DictView view -> toJavaList(view.elements(budget), budget);
      default ->
          throw new JinjaException("a function cannot take a value of type " + value.typeName());
    };
  }

  private static List<@Nullable Object> toJavaList(List<Value> values, Budget budget) {
    List<@Nullable Object> list = new ArrayList<>(values.size());
    values.forEach(value -> list.add(toJava(value, budget)));
    return list;
  }

  /** A function of the context. */
  private record ContextFunction(JinjaFunction function) implements CallableValue {
    @Override
    public Value call(Arguments arguments, Runtime runtime) {
      runtime.budget().step();
      Map<String, @Nullable Object> named = new LinkedHashMap<>();
      arguments
          .named()
          .forEach((name, value) -> named.put(name.text(), toJava(value, runtime.budget())));
      Object result = function.call(toJavaList(arguments.positional(), runtime.budget()), named);
      return new ContextValues(runtime.budget()).convert(result, 1);
    }
  }
}
