package org.blossomlm.data.run;

/** Asks a run to stop, from another thread: Ctrl-C. */
public final class RunControl {
  private volatile boolean stopping;

  /** The run ends as soon as it can, with a checkpoint behind the last record that is done. */
  public void stop() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }
}
