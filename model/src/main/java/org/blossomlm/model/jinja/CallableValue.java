package org.blossomlm.model.jinja;

import org.jspecify.annotations.Nullable;

/** A value that a template may call. */
non-sealed interface CallableValue extends Value {
  Value call(Arguments arguments, Runtime runtime);

  /** An attribute of this object beyond calling it. */
  default @Nullable Value attribute(String name, Runtime runtime) {
    return null;
  }

  /** Python's repr. */
  default String describe() {
    return "<" + typeName() + ">";
  }

  @Override
  default String typeName() {
    return "function";
  }
}
