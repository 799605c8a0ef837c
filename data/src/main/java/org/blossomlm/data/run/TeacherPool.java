package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Estimate;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherPause;

/** The teachers of a run. */
public interface TeacherPool extends AutoCloseable {
  /**
   * The teacher that the recipe calls {@code name}.
   *
   * @throws org.blossomlm.data.DataException if there is none
   */
  Teacher teacher(String name);

  /** What a call cost, in USD; nothing where the price is not known. */
  BigDecimal cost(String teacher, Completion.Usage usage);

  /** What a call would cost now; nothing if the cache has its answer. */
  Estimate estimate(String teacher, CompletionRequest request) throws InterruptedException;

  /** For whom calls wait, if there is a service that answers nobody. */
  default Optional<TeacherPause> pause() {
    return Optional.empty();
  }

  /** What all calls since the pool was opened cost, in USD. */
  BigDecimal spent();

  @Override
  void close();

  /** Opens the teachers of a recipe for a run. */
  @FunctionalInterface
  interface Opener {
    /**
     * @param folder of the run
     * @param spent by earlier parts of it, in USD
     */
    TeacherPool open(Recipe recipe, Path folder, BigDecimal spent);

    /**
     * Opens them only to ask what calls would cost: writes nothing.
     *
     * @param folder of the run, which need not be there
     */
    default TeacherPool openForEstimates(Recipe recipe, Path folder) {
      return open(recipe, folder, BigDecimal.ZERO);
    }
  }
}
