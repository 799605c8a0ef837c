package org.blossomlm.model.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables of one scope; assignments stay in it, look-ups go outwards. */
final class Scope {
  private final @Nullable Scope outer;
  private final Runtime runtime;
  private final Map<String, Value> variables = new HashMap<>(4);

  /** The outermost scope of a rendering. */
  Scope(Runtime runtime) {
    this(runtime, null);
  }

  private Scope(Runtime runtime, @Nullable Scope outer) {
    this.runtime = runtime;
    this.outer = outer;
  }

  Scope inner() {
    return new Scope(runtime, this);
  }

  Scope outermost() {
    Scope scope = this;
    while (scope.outer != null) {
      scope = scope.outer;
    }
    return scope;
  }

  Value get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Value value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return runtime.resolve(name);
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }
}
