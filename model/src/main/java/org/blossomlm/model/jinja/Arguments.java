package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The evaluated arguments of a call, filter or test.
 *
 * @param named by name; names that came out of a dict keep their marks
 */
record Arguments(List<Value> positional, Map<StringValue, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** All arguments but the first {@code count} positional ones. */
  Arguments skip(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  /** The argument called {@code name}, or null. */
  @Nullable Value named(String name) {
    return named.isEmpty() ? null : named.get(StringValue.trusted(name));
  }

  /**
   * Assigns the arguments to parameters as Python does.
   *
   * @param function for messages
   * @param required how many of {@code parameters} must be given
   */
  Bound bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new JinjaException(
          function
              + "() takes at most "
              + parameters.length
              + " arguments but "
              + positional.size()
              + " were given");
    }
    List<@Nullable Value> values = new ArrayList<>(positional);
    for (int i = positional.size(); i < parameters.length; i++) {
      values.add(named(parameters[i]));
    }
    for (StringValue name : named.keySet()) {
      int index = List.of(parameters).indexOf(name.text());
      if (index < 0) {
        throw new JinjaException(function + "() got an unexpected keyword argument '" + name + "'");
      }
      if (index < positional.size()) {
        throw new JinjaException(function + "() got multiple values for argument '" + name + "'");
      }
    }
    for (int i = 0; i < required; i++) {
      if (values.get(i) == null) {
        throw new JinjaException(
            function + "() misses the required argument '" + parameters[i] + "'");
      }
    }
    return new Bound(function, List.of(parameters), values);
  }

  /** As {@link #bind} for functions that take positional arguments only. */
  Bound bindPositional(String function, int required, int maximum) {
    if (!named.isEmpty()) {
      throw new JinjaException(function + "() takes no keyword arguments");
    }
    String[] parameters = new String[maximum];
    for (int i = 0; i < maximum; i++) {
      parameters[i] = "argument " + (i + 1);
    }
    return bind(function, required, parameters);
  }

  /** Arguments by parameter; null is "not given". */
  record Bound(String function, List<String> parameters, List<@Nullable Value> values) {
    @Nullable Value find(int index) {
      return values.get(index);
    }

    boolean has(int index) {
      return values.get(index) != null;
    }

    Value get(int index) {
      Value value = values.get(index);
      if (value == null) {
        throw new IllegalStateException(function + ": argument " + index + " is optional");
      }
      return value;
    }

    Value get(int index, Value fallback) {
      Value value = values.get(index);
      return value == null ? fallback : value;
    }

    boolean flag(int index, boolean fallback) {
      Value value = values.get(index);
      return value == null ? fallback : value.isTrue();
    }

    /** A string argument. */
    StringValue string(int index) {
      return requireString(index, get(index));
    }

    StringValue string(int index, StringValue fallback) {
      Value value = values.get(index);
      return value == null ? fallback : requireString(index, value);
    }

    /** A string, or null for {@code none} or an argument that is not given. */
    @Nullable StringValue stringOrNone(int index) {
      Value value = values.get(index);
      return value == null || value == Value.None.NONE ? null : requireString(index, value);
    }

    private StringValue requireString(int index, Value value) {
      if (value instanceof StringValue string) {
        return string;
      }
      throw wrongType(index, "a string", value);
    }

    /** An integer that fits in an int; anything larger is as good as the largest. */
    int integer(int index) {
      return requireInteger(index, get(index));
    }

    int integer(int index, int fallback) {
      Value value = values.get(index);
      return value == null ? fallback : requireInteger(index, value);
    }

    private int requireInteger(int index, Value value) {
      if (value instanceof Value.Numeric number && !(number instanceof Value.Float)) {
        return Indices.clamp(number.integer());
      }
      throw wrongType(index, "an integer", value);
    }

    JinjaException wrongType(int index, String expected, Value found) {
      if (found instanceof Undefined undefined) {
        return undefined.failure();
      }
      return new JinjaException(
          function
              + "(): '"
              + parameters.get(index)
              + "' must be "
              + expected
              + ", not "
              + found.typeName());
    }
  }
}
