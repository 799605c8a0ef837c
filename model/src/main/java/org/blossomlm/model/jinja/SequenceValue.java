package org.blossomlm.model.jinja;

import java.util.List;

/** A list or a tuple. */
sealed interface SequenceValue extends Value permits ListValue, TupleValue {
  List<Value> elements();

  @Override
  default boolean isTrue() {
    return !elements().isEmpty();
  }

  /** One more than the depth of the deepest element. */
  static int depthAround(Iterable<Value> elements) {
    int deepest = 0;
    for (Value element : elements) {
      deepest = Math.max(deepest, element.depth());
    }
    return deepest + 1;
  }

  static long weightAround(Iterable<Value> elements) {
    long weight = 1;
    for (Value element : elements) {
      weight += element.weight();
    }
    return weight;
  }
}
