package org.blossomlm.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.blossomlm.engine.kernels.Scratch;
import org.jspecify.annotations.Nullable;

/*
 * A forward pass is hundreds of short parallel regions, so handing one over must cost about a microsecond: workers spin
 * on a counter for a while before they park. Work is taken in grains from a shared counter, because the threads of a busy
 * machine do not run at the same speed. The caller works too.
 */
/**
 * A fixed set of threads that share loops. One region runs at a time; the caller makes sure of it.
 */
final class WorkerPool implements AutoCloseable {
  /** A loop body over {@code [from, to)}. */
  @FunctionalInterface
  interface Range {
    void run(int from, int to, Scratch scratch);
  }

  private static final int SPINS = 20_000;

  /** An array: the iterator of a list may be an allocation in every region. */
  private final Worker[] workers;

  private final Scratch callerScratch = new Scratch(0);
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private volatile int region;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  // Written before `region` is advanced and read after it was seen to advance.
  private int items;
  private int grain;
  private Range body = (from, to, scratch) -> {};

  /**
   * @param threads the caller included
   */
  WorkerPool(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} over {@code [0, items)} in pieces of at most {@code grain} and returns when
   * all are done.
   *
   * @throws RuntimeException the first failure of a piece
   */
  void run(int items, int grain, Range body) {
    if (workers.length == 0 || items <= grain) {
      body.run(0, items, callerScratch);
      return;
    }
    this.items = items;
    this.grain = grain;
    this.body = body;
    failure = null;
    next.set(0);
    running.set(workers.length);
    region = region + 1; // Only the caller writes it.
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker);
      }
    }
    work(callerScratch);
    for (int spins = 0; running.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private void work(Scratch scratch) {
    try {
      for (int from = next.getAndAdd(grain); from < items; from = next.getAndAdd(grain)) {
        body.run(from, Math.min(items, from + grain), scratch);
      }
    } catch (Throwable e) {
      failure = e;
      next.set(items);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  private final class Worker extends Thread {
    private final Scratch scratch;
    private volatile boolean parked;

    Worker(int index) {
      super("blossom-worker-" + index);
      scratch = new Scratch(index);
      setDaemon(true);
    }

    @Override
    public void run() {
      int seen = 0;
      while (await(seen)) {
        seen++;
        work(scratch);
        running.decrementAndGet();
      }
    }

    /** Waits for the region after {@code seen}; false when the pool was closed. */
    private boolean await(int seen) {
      for (int spins = 0; region == seen; spins++) {
        if (closed) {
          return false;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
          continue;
        }
        parked = true;
        if (region == seen && !closed) {
          LockSupport.park(WorkerPool.this);
        }
        parked = false;
      }
      return true;
    }
  }
}
