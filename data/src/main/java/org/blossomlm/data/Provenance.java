package org.blossomlm.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a record comes from and what touched it.
 *
 * @param steps operators that changed the record, or looked at all records and left this one, the
 *     first one first
 */
public record Provenance(Optional<Origin> origin, List<Step> steps) {
  /** Of records made by a program. */
  public static final Provenance UNKNOWN = new Provenance(Optional.empty(), List.of());

  /**
   * A place in a source.
   *
   * @param row line of a text file, element of an array, row of a table; from 1
   */
  public record Origin(String file, long row) {}

  /**
   * An operator that changed, made or chose the record.
   *
   * @param operator its name in the recipe
   * @param calls keys of the model calls it made, under which the call cache has them
   * @param note what else is to be known, such as the cluster out of which it was chosen
   */
  public record Step(String operator, List<String> calls, Optional<String> note) {
    public Step {
      calls = List.copyOf(calls);
    }

    public Step(String operator, List<String> calls) {
      this(operator, calls, Optional.empty());
    }
  }

  public Provenance {
    steps = List.copyOf(steps);
  }

  public static Provenance from(String file, long row) {
    return new Provenance(Optional.of(new Origin(file, row)), List.of());
  }

  public Provenance and(Step step) {
    List<Step> longer = new ArrayList<>(steps);
    longer.add(step);
    return new Provenance(origin, longer);
  }
}
