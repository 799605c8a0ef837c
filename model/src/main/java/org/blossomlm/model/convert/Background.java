package org.blossomlm.model.convert;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Something that is worked out on a thread of its own while other work goes on. */
final class Background<T> {
  private final FutureTask<T> task;

  private Background(Supplier<T> work) {
    this.task = new FutureTask<>(work::get);
  }

  static <T> Background<T> start(String name, Supplier<T> work) {
    var background = new Background<>(work);
    Thread.ofPlatform().daemon().name(name).start(background.task);
    return background;
  }

  /** Throws what the work threw, if it has ended already; does not wait. */
  void throwIfFailed() {
    if (task.isDone()) {
      result();
    }
  }

  /** What came out, when it has; throws what the work threw. */
  T result() {
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConversionException("interrupted", e);
    }
  }
}
