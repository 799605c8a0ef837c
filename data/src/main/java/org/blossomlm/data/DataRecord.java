package org.blossomlm.data;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One example on its way to a data set. Immutable: an operator makes a new one. */
public sealed interface DataRecord permits ChatRecord, TextRecord, RowRecord, PreferenceRecord {
  RecordHead head();

  /** This record with another head. */
  DataRecord withHead(RecordHead head);

  default String id() {
    return head().id();
  }

  /** Why an operator could not work on this record; later ones leave it as it is. */
  default Optional<String> failure() {
    return head().failure();
  }

  default DataRecord failed(String reason) {
    return mapHead(head -> head.failed(reason));
  }

  /**
   * This record with one more metadata entry.
   *
   * @param value a JSON value
   */
  default DataRecord withMetadata(String key, @Nullable Object value) {
    return mapHead(head -> head.withMetadata(key, value));
  }

  default DataRecord mapHead(UnaryOperator<RecordHead> change) {
    return withHead(change.apply(head()));
  }
}
