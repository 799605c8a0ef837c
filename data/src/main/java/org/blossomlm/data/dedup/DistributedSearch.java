package org.blossomlm.data.dedup;

import java.util.function.ToDoubleBiFunction;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.OperatorContext;

/** A search for clusters that many machines can make as well, because a likeness says it all. */
interface DistributedSearch extends Deduplication.Search {
  Likeness likeness(OperatorContext context);

  /** Hears how many pairs were compared elsewhere. */
  default void compared(long pairs, OperatorContext context) {}

  @Override
  default ToDoubleBiFunction<DataRecord, DataRecord> degree(OperatorContext context) {
    Likeness likeness = likeness(context);
    return (a, b) -> likeness.degree(likeness.take(a), likeness.take(b));
  }
}
