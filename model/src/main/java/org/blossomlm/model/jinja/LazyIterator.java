package org.blossomlm.model.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * A one-shot lazy sequence, as Python's generators: an error in an element that nobody asks for
 * never happens.
 */
final class LazyIterator implements Value, Iterator<Value> {
  private final String typeName;
  private final Iterator<Value> source;
  private final int depth;

  /**
   * @param depth of the values that {@code source} holds on to, so that chains of iterators over
   *     iterators stay within {@link JinjaLimits#dataDepth}
   */
  LazyIterator(String typeName, Iterator<Value> source, int depth, Budget budget) {
    budget.dataDepth(depth + 1);
    this.typeName = typeName;
    this.source = source;
    this.depth = depth + 1;
  }

  /**
   * A generator.
   *
   * @param start makes the iterator when the first element is asked for
   * @param over what the elements are made from
   */
  static LazyIterator generator(Supplier<Iterator<Value>> start, Value over, Budget budget) {
    return new LazyIterator("generator", new DeferredIterator(start), over.depth(), budget);
  }

  @Override
  public boolean hasNext() {
    return source.hasNext();
  }

  @Override
  public Value next() {
    if (!source.hasNext()) {
      throw new NoSuchElementException();
    }
    return source.next();
  }

  @Override
  public String typeName() {
    return typeName;
  }

  @Override
  public int depth() {
    return depth;
  }
}
