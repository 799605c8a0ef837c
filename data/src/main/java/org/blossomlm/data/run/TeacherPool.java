package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.nio.file.Path;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Teacher;

/** The teachers of a recipe, opened when they are first asked for. */
public interface TeacherPool extends AutoCloseable {
  /**
   * The teacher that the recipe calls {@code name}.
   *
   * @throws org.blossomlm.data.DataException if there is none, or it cannot be opened
   */
  Teacher teacher(String name);

  /** What a call cost, in USD; nothing where the price is not known. */
  BigDecimal cost(String teacher, Completion.Usage usage);

  /** What all calls of this run cost so far, in USD. */
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

    Opener NONE = (recipe, folder, spent) -> new TeacherPool() {
      @Override
      public Teacher teacher(String name) {
        throw new org.blossomlm.data.DataException("no teacher " + name);
      }
      @Override
      public BigDecimal cost(String teacher, Completion.Usage usage) { return BigDecimal.ZERO; }
      @Override
      public BigDecimal spent() { return BigDecimal.ZERO; }
      @Override
      public void close() {}
    };
  }
}
