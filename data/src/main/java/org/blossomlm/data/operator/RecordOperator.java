package org.blossomlm.data.operator;

import org.blossomlm.data.DataRecord;

/**
 * Looks at one record at a time: maps, filters, expands. May run on many threads at once; the order
 * of the records is kept. Failed records are not shown to it.
 */
@FunctionalInterface
public non-sealed interface RecordOperator extends Operator {
  /**
   * What becomes of {@code record}. An exception marks the record as failed with its message; it
   * does not end the run.
   *
   * @throws InterruptedException if the run is to stop
   */
  Outcome apply(DataRecord record, OperatorContext context) throws InterruptedException;
}
