package org.blossomlm.data.operator;

import java.util.random.RandomGenerator;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.teacher.Teacher;

/** What a run gives to an operator. */
public interface OperatorContext {
  /** The name of the step, unique in the recipe. */
  String step();

  /**
   * Random numbers for one record: a function of the run's seed, the step and the record's id, so
   * that they do not depend on the order of the work.
   */
  RandomGenerator random(DataRecord record);

  /** Random numbers for the whole step: a function of the run's seed and the step. */
  RandomGenerator random();

  /**
   * The teacher that the recipe calls {@code name}.
   *
   * @throws org.blossomlm.data.DataException if there is none
   */
  Teacher teacher(String name);

  /**
   * Counts something that the report shows beside the step, e.g. {@code "repaired JSON"}; the sum
   * must not depend on the order of the work.
   */
  void count(String what, long amount);
}
