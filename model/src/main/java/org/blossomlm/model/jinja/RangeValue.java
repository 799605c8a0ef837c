package org.blossomlm.model.jinja;

import java.util.AbstractList;
import java.util.List;

/**
 * Python's {@code range}.
 *
 * @param step not 0
 */
record RangeValue(long start, long stop, long step) implements Value {
  /** Number of elements. */
  long size() {
    long distance = step > 0 ? stop - start : start - stop;
    long stride = Math.abs(step);
    return distance <= 0 ? 0 : (distance + stride - 1) / stride;
  }

  /** A view; the size must have been checked. */
  List<Value> elements() {
    int size = (int) size();
    return new AbstractList<>() {
      @Override
      public Value get(int index) {
        return Value.of(start + index * step);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  @Override
  public String typeName() {
    return "range";
  }

  @Override
  public boolean isTrue() {
    return size() > 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeValue that && elements().equals(that.elements());
  }

  @Override
  public int hashCode() {
    return elements().hashCode();
  }
}
