package org.blossomlm.engine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A decoder that several sequences use in turn, and that can be closed while they exist. */
final class SharedDecoder implements AutoCloseable {
  private static final WorkerPool.Range NOTHING = (from, to, scratch) -> {};

  private final Decoder decoder;
  private final WorkerPool pool;
  private final ReentrantLock lock = new ReentrantLock(true);
  private boolean closed;

  /**
   * @param pool the threads of {@code decoder}
   */
  SharedDecoder(Decoder decoder, WorkerPool pool) {
    this.decoder = decoder;
    this.pool = pool;
  }

  Architecture architecture() {
    return decoder.architecture();
  }

  int vocabulary() {
    return decoder.vocabulary();
  }

  void checkToken(int token) {
    if (token < 0 || token >= vocabulary()) {
      throw new IllegalArgumentException(
          "token id " + token + " is outside the vocabulary [0, " + vocabulary() + ")");
    }
  }

  /**
   * Runs a batch through the decoder.
   *
   * @throws IllegalStateException if the model was closed
   */
  void forward(Batch batch, Decoder.LogitsSink sink) {
    forward(batch, sink, 0, NOTHING);
  }

  /**
   * Runs a batch through the decoder, then {@code after} for {@code [0, items)} on its threads.
   *
   * @throws IllegalStateException if the model was closed
   */
  void forward(Batch batch, Decoder.LogitsSink sink, int items, WorkerPool.Range after) {
    lock.lock();
    try {
      checkOpen();
      decoder.forward(batch, sink);
      pool.run(items, 1, after);
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws IllegalStateException if the model was closed
   */
  void exclusively(Consumer<Decoder> work) {
    lock.lock();
    try {
      checkOpen();
      work.accept(decoder);
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  /** Runs {@code work} while no forward pass does, closed or not. */
  void whenIdle(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the forward pass that runs. */
  @Override
  public void close() {
    whenIdle(() -> {
      if (!closed) {
        closed = true;
        decoder.close();
      }
    });
  }
}
