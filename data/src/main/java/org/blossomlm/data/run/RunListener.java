package org.blossomlm.data.run;

/** Hears how a run goes on, on the thread that writes. */
public interface RunListener {
  /** Ten times a second at most. */
  default void progress(RunStatus status) {}

  /** A stage is done. */
  default void finished(RunStatus status) {}

  /** For those who do not want to know. */
  RunListener NONE = new RunListener() {};
}
