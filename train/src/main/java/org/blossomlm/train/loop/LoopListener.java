package org.blossomlm.train.loop;

import org.blossomlm.train.checkpoint.Checkpoint;

/** Hears what happens in a run, on its thread. */
public interface LoopListener {
  /** Nobody listens. */
  LoopListener SILENT = new LoopListener() {};

  default void resumed(Checkpoint from) {}

  default void step(StepReport report) {}

  default void evaluated(EvaluationReport report) {}

  default void saved(Checkpoint checkpoint) {}

  /** Weights are those of {@code to} again; the data that led astray is left behind. */
  default void rolledBack(Checkpoint to, String reason) {}
}
