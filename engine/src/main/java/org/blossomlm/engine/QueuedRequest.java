package org.blossomlm.engine;

import java.util.concurrent.CompletableFuture;

/** A request as it was submitted. */
final class QueuedRequest implements Scheduler.Request {
  private final String client;
  private final int[] prompt;
  private final GenerationOptions options;
  private final Delivery delivery;
  private final Runnable wake;

  /**
   * @param wake called when it was cancelled
   */
  QueuedRequest(
      String client, int[] prompt, GenerationOptions options, Delivery delivery, Runnable wake) {
    this.client = client;
    this.prompt = prompt;
    this.options = options;
    this.delivery = delivery;
    this.wake = wake;
  }

  String client() {
    return client;
  }

  int[] prompt() {
    return prompt;
  }

  GenerationOptions options() {
    return options;
  }

  Delivery delivery() {
    return delivery;
  }

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
