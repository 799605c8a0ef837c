package org.blossomlm.model.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of dict. */
final class DictMethods {
  private static final Set<String> MUTATORS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private DictMethods() {}

  static @Nullable Value find(DictValue dict, String name, Runtime runtime) {
    if (MUTATORS.contains(name)) {
      return Undefined.unsafe(dict, name);
    }
    return switch (name) {
      case "get" -> BoundMethod.of(dict, name, arguments -> get(dict, arguments));
      case "keys" -> view(dict, name, DictView.Kind.KEYS);
      case "values" -> view(dict, name, DictView.Kind.VALUES);
      case "items" -> view(dict, name, DictView.Kind.ITEMS);
      case "copy" ->
          BoundMethod.of(
              dict,
              name,
              arguments -> {
                arguments.bindPositional(name, 0, 0);
                return dict;
              });
      case "fromkeys" -> BoundMethod.of(dict, name, arguments -> fromKeys(arguments, runtime));
      default -> null;
    };
  }

  private static Value view(DictValue dict, String name, DictView.Kind kind) {
    return BoundMethod.of(
        dict,
        name,
        arguments -> {
          arguments.bindPositional(name, 0, 0);
          return new DictView(kind, dict);
        });
  }

  private static Value get(DictValue dict, Arguments arguments) {
    Arguments.Bound bound = arguments.bindPositional("get", 1, 2);
    Value found = dict.get(DictValue.requireHashable(bound.get(0)));
    return found == null ? bound.get(1, Value.None.NONE) : found;
  }

  private static Value fromKeys(Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("fromkeys", 1, 2);
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Value key : runtime.elements(bound.get(0))) {
      entries.put(DictValue.requireHashable(key), bound.get(1, Value.None.NONE));
    }
    return runtime.budget().dict(entries);
  }
}
