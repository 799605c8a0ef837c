package org.blossomlm.data.filter;

import java.util.List;
import java.util.stream.Stream;
import org.blossomlm.data.operator.OperatorSpec;

/** The operators of this package. */
public final class FilterOperators {
  private FilterOperators() {}

  public static List<OperatorSpec> all() {
    return Stream.of(
            ContentOperators.all(),
            ChatOperators.all(),
            RecordOperators.all(),
            QualityOperators.all(),
            BehaviourOperators.all(),
            PiiMasker.all(),
            CodeFenceFilter.all())
        .flatMap(List::stream)
        .toList();
  }
}
