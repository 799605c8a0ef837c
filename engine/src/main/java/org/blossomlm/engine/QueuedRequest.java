package org.blossomlm.engine;

import java.util.concurrent.CompletableFuture;

/**
 * A request as it was submitted.
 *
 * @param wake called when it was cancelled
 */
record QueuedRequest(
    String client, int[] prompt, GenerationOptions options, Delivery delivery, Runnable wake)
    implements Scheduler.Request {
  @Override
  public void cancel() {
    delivery.cancel();
    wake.run();
  }

  @Override
  public CompletableFuture<Generation> completion() {
    return delivery.completion().copy();
  }
}
