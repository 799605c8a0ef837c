package org.blossomlm.data.operator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Works on items on all processors and hands the results on in the order of the items, on the
 * thread that adds them. While others work that thread goes on adding, so that reading, working and
 * writing overlap; it works itself where the oldest items are not done. So many items are held that
 * no processor waits, and no more. Not for use by several threads.
 *
 * @param <T> an item
 * @param <R> what is made of it
 */
public final class OrderedWork<T, R> {
  private static final int MOST_ITEMS = 64;
  private static final long MOST_WEIGHT = 1 << 18;
  private static final int MOST_CHUNKS = 4 * (ForkJoinPool.getCommonPoolParallelism() + 1);

  private final Function<? super T, ? extends R> work;
  private final Consumer<? super R> then;
  private final ArrayDeque<ForkJoinTask<List<R>>> waiting = new ArrayDeque<>();
  private List<T> chunk = new ArrayList<>(MOST_ITEMS);
  private long weight;

  /**
   * @param work has no state
   */
  public OrderedWork(Function<? super T, ? extends R> work, Consumer<? super R> then) {
    this.work = work;
    this.then = then;
  }

  /**
   * @param itemWeight its size, in units of a few bytes
   */
  public void add(T item, long itemWeight) {
    chunk.add(item);
    weight += itemWeight;
    if (chunk.size() >= MOST_ITEMS || weight >= MOST_WEIGHT) {
      submit();
      while (waiting.size() > MOST_CHUNKS) {
        handOn();
      }
    }
  }

  /** Hands on everything. */
  public void finish() {
    if (!chunk.isEmpty()) {
      submit();
    }
    while (!waiting.isEmpty()) {
      handOn();
    }
  }

  private void submit() {
    List<T> items = chunk;
    waiting.add(
        ForkJoinPool.commonPool()
            .submit(() -> {
              List<R> results = new ArrayList<>(items.size());
              items.forEach(item -> results.add(work.apply(item)));
              return results;
            }));
    chunk = new ArrayList<>(MOST_ITEMS);
    weight = 0;
  }

  private void handOn() {
    waiting.remove().join().forEach(then);
  }
}
