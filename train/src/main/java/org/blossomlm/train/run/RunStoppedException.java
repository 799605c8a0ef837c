package org.blossomlm.train.run;

import org.blossomlm.train.TrainException;

/** Somebody asked a run to stop before its first step, so there is nothing to go on from. */
public final class RunStoppedException extends TrainException {
  private static final long serialVersionUID = 1L;

  RunStoppedException() {
    super("stopped before the first step");
  }
}
