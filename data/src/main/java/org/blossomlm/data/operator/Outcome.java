package org.blossomlm.data.operator;

import java.util.List;
import org.blossomlm.data.DataRecord;

/** What a {@link RecordOperator} made of a record. */
public sealed interface Outcome {
  /** The record stays, changed or not, or several take its place. */
  record Keep(List<DataRecord> records) implements Outcome {
    public Keep {
      records = List.copyOf(records);
    }
  }

  /**
   * The record leaves the data set.
   *
   * @param reason for the list of dropped records and for counting: the same text for the same
   *     cause, without numbers of this record
   */
  record Drop(String reason) implements Outcome {}

  static Outcome keep(DataRecord record) {
    return new Keep(List.of(record));
  }

  static Outcome drop(String reason) {
    return new Drop(reason);
  }
}
