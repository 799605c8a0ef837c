package org.blossomlm.model.jinja;

import java.util.List;

record ListValue(List<Value> elements, int depth, long weight) implements SequenceValue {
  ListValue(List<Value> elements) {
    this(
        List.copyOf(elements),
        SequenceValue.depthAround(elements),
        SequenceValue.weightAround(elements));
  }

  @Override
  public String typeName() {
    return "list";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ListValue that
        && weight == that.weight
        && elements.equals(that.elements);
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }
}
