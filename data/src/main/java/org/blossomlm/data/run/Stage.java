package org.blossomlm.data.run;

import java.util.List;
import org.blossomlm.data.recipe.Condition;
import org.blossomlm.data.recipe.Recipe;

/** A part of a run that reads files once and writes others. */
sealed interface Stage {
  /** As people see it. */
  String title();

  /**
   * Streams records through operators that look at one at a time.
   *
   * @param id names its file
   */
  record Records(int id, String title, List<Input> inputs, List<Recipe.Step> steps)
      implements Stage {}

  /** Applies an operator that looks at all records. */
  record Together(int id, String title, int input, Recipe.Step step) implements Stage {}

  /** Writes a file of the recipe. */
  record Output(String title, Recipe.Sink sink, List<Input> inputs) implements Stage {}

  /** Where a stage takes records from. */
  sealed interface Input {
    Condition when();

    /**
     * Files of the recipe.
     *
     * @param sample share for this consumer, beside the source's own
     * @param salt makes its sample another one than that of the next consumer
     */
    record OfSource(Recipe.Source source, double sample, String salt, Condition when)
        implements Input {}

    /** The file of an earlier stage. */
    record OfStage(int id, double sample, String salt, Condition when) implements Input {}
  }
}
