package org.blossomlm.data.dedup;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.OrderedWork;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/**
 * Reads records one by one, works on what was taken from them on all processors, and hands the
 * results on in the order of the records, so that they do not depend on the number of processors.
 *
 * @param <E> what is taken from a record
 * @param <T> what is made of it
 */
final class Batches<E, T> {
  private final Function<DataRecord, E> take;
  private final ToLongFunction<E> weight;
  private final OrderedWork<E, T> work;

  /**
   * @param weight of what was taken, in units of a few bytes
   */
  Batches(
      Function<DataRecord, E> take,
      ToLongFunction<E> weight,
      Function<E, T> work,
      Consumer<T> then) {
    this.take = take;
    this.weight = weight;
    this.work = new OrderedWork<>(work, then);
  }

  void readAll(RecordSet input) throws InterruptedException {
    input.forEach(this::add);
    work.finish();
  }

  void read(RecordSet input, long[] indices) throws InterruptedException {
    input.forEach(indices, this::add);
    work.finish();
  }

  private void add(DataRecord record) {
    E taken = take.apply(record);
    work.add(taken, weight.applyAsLong(taken));
  }
}
