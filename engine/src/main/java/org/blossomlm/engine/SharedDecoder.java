package org.blossomlm.engine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A decoder that several sequences use in turn, and that can be closed while they exist. */
final class SharedDecoder implements AutoCloseable {
  private final Decoder decoder;
  private final ReentrantLock lock = new ReentrantLock(true);
  private boolean closed;

  SharedDecoder(Decoder decoder) {
    this.decoder = decoder;
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
   * @throws IllegalStateException if the model was closed
   */
  void exclusively(Consumer<Decoder> work) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      work.accept(decoder);
    } finally {
      lock.unlock();
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
