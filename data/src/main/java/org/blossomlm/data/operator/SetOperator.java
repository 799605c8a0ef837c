package org.blossomlm.data.operator;

import java.util.function.Consumer;
import org.blossomlm.data.DataRecord;

/**
 * Looks at all records: deduplication, shuffling, balancing. What is kept of each record must be
 * small beside the record; records themselves are read again instead.
 */
@FunctionalInterface
public non-sealed interface SetOperator extends Operator {
  /**
   * Reads {@code input} as often as it needs to, and hands on what is to stay.
   *
   * @throws InterruptedException if the run is to stop
   */
  void apply(RecordSet input, Output output, OperatorContext context) throws InterruptedException;

  /** Records that lie on disk, in the order in which the step before made them. */
  interface RecordSet {
    long size();

    /** Reads all records once. */
    void forEach(Consumer<? super DataRecord> consumer) throws InterruptedException;

    /**
     * Reads the records of {@code indices} in that order; an index, from 0, may come more than
     * once.
     */
    void forEach(long[] indices, Consumer<? super DataRecord> consumer) throws InterruptedException;
  }

  /** Where records go. */
  interface Output {
    void keep(DataRecord record);

    /**
     * As {@link #keep(DataRecord)}.
     *
     * @param note for the record's provenance: why this one
     */
    default void keep(DataRecord record, String note) {
      keep(record);
    }

    void drop(DataRecord record, String reason);
  }
}
