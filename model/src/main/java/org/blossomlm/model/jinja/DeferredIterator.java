package org.blossomlm.model.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * An iterator that does all its work, its set-up included, when it is first asked: as a Python
 * generator, it cannot fail before.
 */
final class DeferredIterator implements Iterator<Value> {
  private final Supplier<Iterator<Value>> start;
  private Iterator<Value> source = Collections.emptyIterator();
  private boolean started;

  DeferredIterator(Supplier<Iterator<Value>> start) {
    this.start = start;
  }

  @Override
  public boolean hasNext() {
    if (!started) {
      started = true;
      source = start.get();
    }
    return source.hasNext();
  }

  @Override
  public Value next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return source.next();
  }
}
