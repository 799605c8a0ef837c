package org.blossomlm.train.loop;

import java.util.OptionalDouble;

/**
 * How a run ended.
 *
 * @param loss of the last step
 * @param bestEvaluation lowest loss on what is held out
 */
public record LoopResult(long steps, double loss, OptionalDouble bestEvaluation, End end) {
  /** Why it ended. */
  public enum End {
    ALL_STEPS,
    NO_MORE_DATA,
    NO_MORE_GAIN,
    STOPPED
  }
}
