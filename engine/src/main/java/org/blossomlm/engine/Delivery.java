package org.blossomlm.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * A virtual thread runs while there are events. What waits is bounded by the length of the answer.
 */
/**
 * Passes the events of one answer on to its listener in order, on a thread of their own, and
 * completes the answer after the last one.
 */
final class Delivery implements GenerationListener {
  private final GenerationListener listener;
  private final CompletableFuture<Generation> completion = new CompletableFuture<>();
  private final Queue<Runnable> events = new ArrayDeque<>();
  private boolean delivering;
  private volatile boolean cancelled;
  private volatile @Nullable Throwable failure;

  Delivery(GenerationListener listener) {
    this.listener = listener;
  }

  /** Completes after everything was delivered. */
  CompletableFuture<Generation> completion() {
    return completion;
  }

  void cancel() {
    cancelled = true;
  }

  @Override
  public void onPrompt(int done, int total) {
    tell(() -> listener.onPrompt(done, total));
  }

  @Override
  public void onText(String text) {
    tell(() -> listener.onText(text));
  }

  @Override
  public void onToken(GeneratedToken token) {
    tell(() -> listener.onToken(token));
  }

  @Override
  public void onShift(int discarded) {
    tell(() -> listener.onShift(discarded));
  }

  /** True also when the listener has failed: there is nobody left to answer. */
  @Override
  public boolean cancelled() {
    if (!cancelled && failure == null && listener.cancelled()) {
      cancelled = true;
    }
    return cancelled || failure != null;
  }

  @SuppressWarnings("ReferenceEquality") // NONE is one object.
  private void tell(Runnable event) {
    boolean heard = listener != GenerationListener.NONE;
    if (heard) {
      enqueue(() -> {
        if (failure == null) {
          event.run();
        }
      });
    }
  }

  void finish(Generation generation) {
    enqueue(() -> {
      Throwable thrown = failure;
      if (thrown == null) {
        completion.complete(generation);
      } else {
        completion.completeExceptionally(thrown);
      }
    });
  }

  void fail(Throwable reason) {
    enqueue(() -> completion.completeExceptionally(reason));
  }

  private void enqueue(Runnable event) {
    synchronized (events) {
      events.add(event);
      if (delivering) {
        return;
      }
      delivering = true;
    }
    Thread.ofVirtual().name("blossom-listener").start(this::deliver);
  }

  private void deliver() {
    while (true) {
      Runnable event;
      synchronized (events) {
        event = events.poll();
        if (event == null) {
          delivering = false;
          return;
        }
      }
      try {
        event.run();
      } catch (Throwable e) {
        failure = e;
      }
    }
  }
}
