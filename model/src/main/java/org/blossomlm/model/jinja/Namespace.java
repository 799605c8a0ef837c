package org.blossomlm.model.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code namespace(...)}: the one value whose attributes {@code {% set ns.x = ... %}} changes. */
final class Namespace implements Value {
  private final Map<Value, Value> attributes = new LinkedHashMap<>();

  Namespace(Map<Value, Value> initial) {
    attributes.putAll(initial);
  }

  Map<Value, Value> attributes() {
    return attributes;
  }

  @Nullable Value get(String name) {
    return attributes.get(StringValue.trusted(name));
  }

  void set(String name, Value value, Budget budget) {
    StringValue key = StringValue.trusted(name);
    attributes.put(key, value);
    budget.size(attributes.size());
  }

  @Override
  public String typeName() {
    return "jinja2.utils.Namespace";
  }
}
