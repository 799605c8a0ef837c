package org.blossomlm.model.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** {@code map}, {@code select}, {@code reject} and the two that look at an attribute; all lazy. */
final class SelectionFilters {
  private SelectionFilters() {}

  static Map<String, Builtins.Filter> all() {
    return Map.of(
        "map", SelectionFilters::map,
        "select", (input, arguments, runtime) -> select(input, arguments, false, true, runtime),
        "reject", (input, arguments, runtime) -> select(input, arguments, false, false, runtime),
        "selectattr", (input, arguments, runtime) -> select(input, arguments, true, true, runtime),
        "rejectattr",
            (input, arguments, runtime) -> select(input, arguments, true, false, runtime));
  }

  private static Value map(Value input, Arguments arguments, Runtime runtime) {
    return LazyIterator.generator(() -> mapped(input, arguments, runtime), input, runtime.budget());
  }

  private static Iterator<Value> mapped(Value input, Arguments arguments, Runtime runtime) {
    if (!input.isTrue()) {
      return Collections.emptyIterator();
    }
    UnaryOperator<Value> function = mapping(arguments, runtime);
    Iterator<Value> source = runtime.iterate(input);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return source.hasNext();
      }

      @Override
      public Value next() {
        runtime.budget().step();
        return function.apply(source.next());
      }
    };
  }

  private static UnaryOperator<Value> mapping(Arguments arguments, Runtime runtime) {
    Value attribute = arguments.named("attribute");
    if (arguments.positional().isEmpty() && attribute != null) {
      for (StringValue key : arguments.named().keySet()) {
        String name = key.text();
        if (!name.equals("attribute") && !name.equals("default")) {
          throw new JinjaException("map got an unexpected keyword argument '" + name + "'");
        }
      }
      AttributePath path = AttributePath.of(attribute);
      Value fallback = arguments.named("default");
      return element -> path.of(element, fallback, runtime);
    }
    if (arguments.positional().isEmpty()) {
      throw new JinjaException("map requires a filter argument");
    }
    String filter = name(arguments.positional().getFirst(), "filter");
    Arguments rest = arguments.skip(1);
    return element -> runtime.filter(filter, element, rest);
  }

  private static String name(Value value, String what) {
    if (value instanceof StringValue string) {
      return string.text();
    }
    throw new JinjaException("no " + what + " named " + value.typeName());
  }

  private static Value select(
      Value input, Arguments arguments, boolean byAttribute, boolean wanted, Runtime runtime) {
    return LazyIterator.generator(
        () -> selected(input, arguments, byAttribute, wanted, runtime), input, runtime.budget());
  }

  private static Iterator<Value> selected(
      Value input, Arguments arguments, boolean byAttribute, boolean wanted, Runtime runtime) {
    if (!input.isTrue()) {
      return Collections.emptyIterator();
    }
    Predicate<Value> condition = condition(arguments, byAttribute, runtime);
    return new FilteringIterator(
        runtime.iterate(input),
        element -> {
          runtime.budget().step();
          return condition.test(element) == wanted;
        });
  }

  private static Predicate<Value> condition(
      Arguments arguments, boolean byAttribute, Runtime runtime) {
    List<Value> positional = arguments.positional();
    if (byAttribute && positional.isEmpty()) {
      throw new JinjaException("missing parameter for attribute name");
    }
    AttributePath path = AttributePath.of(byAttribute ? positional.getFirst() : Value.None.NONE);
    int used = byAttribute ? 1 : 0;
    if (positional.size() == used) {
      return element -> path.of(element, runtime).isTrue();
    }
    String test = name(positional.get(used), "test");
    Arguments rest = arguments.skip(used + 1);
    return element -> runtime.test(test, path.of(element, runtime), rest);
  }
}
