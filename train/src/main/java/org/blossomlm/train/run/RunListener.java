package org.blossomlm.train.run;

import org.blossomlm.train.loop.LoopListener;

/** Hears what happens in a run, on its thread. */
public interface RunListener extends LoopListener {
  /** Nobody listens. */
  RunListener SILENT = new RunListener() {};

  /**
   * Samples are made of records.
   *
   * @param source as the configuration names it
   * @param records that are done
   */
  default void preparing(String source, long records) {}

  /** Everything is ready; steps come next. */
  default void planned(RunPlan plan) {}

  /**
   * A stage begins.
   *
   * @param number from 0
   */
  default void stage(int number, RunPlan.Stage stage) {}

  /** The model's answer, in its present state, to a prompt of the configuration. */
  default void answered(long step, String prompt, String answer) {}

  /** The result is written; {@code what} names a file of it. */
  default void writing(String what) {}
}
