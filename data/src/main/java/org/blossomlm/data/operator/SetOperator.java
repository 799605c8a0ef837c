package org.blossomlm.data.operator;

import java.util.List;
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

  /**
   * Records that belong together.
   *
   * @param size how many there are
   * @param members some of them, the one that stays first
   */
  record Cluster(long size, List<Member> members) {
    public Cluster {
      members = List.copyOf(members);
    }
  }

  /**
   * A record of a cluster.
   *
   * @param similarity to the one that stays, 0 to 1
   */
  record Member(DataRecord record, double similarity) {}

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

    /** Shows people what belongs together; of many clusters the largest ones are enough. */
    default void show(Cluster cluster) {}
  }
}
