package org.blossomlm.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While it is open, Ctrl-C and a polite kill ask work to end with a checkpoint, and wait for it.
 */
final class StopOnInterrupt implements AutoCloseable {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  private StopOnInterrupt(Runnable stop, int seconds) {
    hook =
        new Thread(
            () -> {
              stop.run();
              try {
                if (!ended.await(seconds, TimeUnit.SECONDS)) {
                  return; // It goes on from an older checkpoint then.
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop-on-interrupt");
  }

  /**
   * Begins to listen.
   *
   * @param stop asks the work to end
   * @param seconds that the program waits at most until this is closed
   */
  static StopOnInterrupt begin(Runnable stop, int seconds) {
    var begun = new StopOnInterrupt(stop, seconds);
    Runtime.getRuntime().addShutdownHook(begun.hook);
    return begun;
  }

  /** The work has ended. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is at work: the program is ending.
      return;
    }
  }
}
