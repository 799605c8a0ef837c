package org.blossomlm.model.jinja;

import java.util.List;

/** A tuple; those that {@code groupby} makes have named elements. */
record TupleValue(List<Value> elements, List<String> names, int depth, long weight)
    implements SequenceValue {
  TupleValue(List<Value> elements) {
    this(elements, List.of());
  }

  TupleValue(List<Value> elements, List<String> names) {
    this(
        List.copyOf(elements),
        names,
        SequenceValue.depthAround(elements),
        SequenceValue.weightAround(elements));
  }

  @Override
  public String typeName() {
    return "tuple";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TupleValue that
        && weight == that.weight
        && elements.equals(that.elements);
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }
}
