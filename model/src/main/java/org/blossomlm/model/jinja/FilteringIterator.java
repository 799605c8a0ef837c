package org.blossomlm.model.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The elements that a condition accepts; looks no further than it is asked to. */
final class FilteringIterator implements Iterator<Value> {
  private final Iterator<Value> source;
  private final Predicate<Value> condition;
  private @Nullable Value next;

  FilteringIterator(Iterator<Value> source, Predicate<Value> condition) {
    this.source = source;
    this.condition = condition;
  }

  @Override
  public boolean hasNext() {
    while (next == null && source.hasNext()) {
      Value candidate = source.next();
      if (condition.test(candidate)) {
        next = candidate;
      }
    }
    return next != null;
  }

  @Override
  public Value next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Value result = next;
    next = null;
    if (result == null) {
      throw new NoSuchElementException();
    }
    return result;
  }
}
