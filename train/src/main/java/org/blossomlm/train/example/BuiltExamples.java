package org.blossomlm.train.example;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What one record became. */
public record BuiltExamples(List<Example> examples, Set<ExampleNote> notes) {
  public BuiltExamples {
    examples = List.copyOf(examples);
    notes = Set.copyOf(notes);
  }

  static BuiltExamples none(ExampleNote reason) {
    return new BuiltExamples(List.of(), EnumSet.of(reason));
  }
}
