package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.IntToDoubleFunction;

/** Runs the same loop on several threads and times the best of several rounds. */
final class ProbeThreads {
  private static final int ROUNDS = 9;

  /** Keeps results alive, so that the loops cannot be removed. */
  private static final DoubleAdder SINK = new DoubleAdder();

  private ProbeThreads() {}

  /**
   * Seconds of the best round, from before the first thread starts until after the last is done.
   * The best, since other programs only ever make it slower.
   *
   * @param loop work of one thread, by its number; returns anything that depends on all of it
   */
  static double bestSeconds(int threads, IntToDoubleFunction loop) {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Double>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        work.add(() -> loop.applyAsDouble(thread));
      }
      double best = Double.POSITIVE_INFINITY;
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (Future<Double> result : pool.invokeAll(work)) {
          SINK.add(result.get());
        }
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return best;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring the machine", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
