package org.blossomlm.data.dedup;

import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.RecordField;
import org.blossomlm.data.filter.TextScope;

/** Which record of a cluster stays. Of equals the first one does. */
enum KeepRule {
  FIRST,
  /** The one with the most characters. */
  LONGEST,
  /** The one with the largest number in a field; one without a number is the worst. */
  SCORE;

  double value(DataRecord record, Optional<RecordField> score) {
    return switch (this) {
      case FIRST -> 0;
      case LONGEST ->
          TextScope.ALL.texts(record).stream()
              .mapToLong(t -> t.codePointCount(0, t.length()))
              .sum();
      case SCORE -> score.flatMap(field -> field.number(record)).orElse(Double.NEGATIVE_INFINITY);
    };
  }
}
