package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/**
 * Reads records one by one, works on what was taken from them on all processors, and hands the
 * results on in the order of the records, so that they do not depend on the number of processors.
 *
 * @param <E> what is taken from a record
 * @param <T> what is made of it
 */
final class Batches<E, T> {
  private static final int MOST_RECORDS = 1024;
  private static final long MOST_WEIGHT = 4L << 20;

  private final Function<DataRecord, E> take;
  private final ToLongFunction<E> weight;
  private final Function<E, T> work;
  private final Consumer<T> then;
  private List<E> batch = new ArrayList<>();
  private long batchWeight;

  /**
   * @param weight of what was taken, in units of a few bytes; a batch stays below four million
   */
  Batches(
      Function<DataRecord, E> take,
      ToLongFunction<E> weight,
      Function<E, T> work,
      Consumer<T> then) {
    this.take = take;
    this.weight = weight;
    this.work = work;
    this.then = then;
  }

  void readAll(RecordSet input) throws InterruptedException {
    input.forEach(this::add);
    flush();
  }

  void read(RecordSet input, long[] indices) throws InterruptedException {
    input.forEach(indices, this::add);
    flush();
  }

  private void add(DataRecord record) {
    E taken = take.apply(record);
    batch.add(taken);
    batchWeight += weight.applyAsLong(taken);
    if (batch.size() >= MOST_RECORDS || batchWeight >= MOST_WEIGHT) {
      flush();
    }
  }

  private void flush() {
    batch.parallelStream().map(work).toList().forEach(then);
    batch = new ArrayList<>();
    batchWeight = 0;
  }
}
