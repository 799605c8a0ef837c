package org.blossomlm.model.jinja;

import java.util.Map;

/** {@code self}: the blocks of the template by name, each callable. */
record BlockReferences(Map<String, CallableValue> blocks) implements Value {
  @Override
  public String typeName() {
    return "TemplateReference";
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
