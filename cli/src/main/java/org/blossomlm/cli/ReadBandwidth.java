package org.blossomlm.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast the machine's memory can be read, which bounds the speed of decoding: every token reads
 * all weights once. Each thread sums an array that is much larger than its share of the caches; the
 * best of several rounds counts, since other programs only ever make it slower.
 *
 * @param bytes read in each round
 */
record ReadBandwidth(double bytesPerSecond, int threads, long bytes) {
  private static final int BYTES_PER_THREAD = 128 << 20;
  private static final int LARGEST_TOTAL = 1 << 30;
  private static final int ROUNDS = 7;

  static ReadBandwidth measure(int threads) {
    // A small heap still gives an honest number as long as the arrays exceed the caches.
    long budget = Math.min(LARGEST_TOTAL, Runtime.getRuntime().maxMemory() / 2);
    int length = (int) Math.min(BYTES_PER_THREAD, budget / threads) / Long.BYTES;
    long bytes = (long) length * Long.BYTES * threads;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Long>> readers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long[] data = new long[length];
        data[i] = i; // Touches the array in the thread that made it; sum() touches the rest.
        readers.add(() -> sum(data));
      }
      double best = 0;
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (Future<Long> reader : pool.invokeAll(readers)) {
          reader.get();
        }
        best = Math.max(best, bytes * 1e9 / (System.nanoTime() - start));
      }
      return new ReadBandwidth(best, threads, bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new ReadBandwidth(0, threads, bytes);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Eight sums, so that additions do not wait for each other. */
  private static long sum(long[] data) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long e = 0;
    long f = 0;
    long g = 0;
    long h = 0;
    for (int i = 0; i + 8 <= data.length; i += 8) {
      a += data[i];
      b += data[i + 1];
      c += data[i + 2];
      d += data[i + 3];
      e += data[i + 4];
      f += data[i + 5];
      g += data[i + 6];
      h += data[i + 7];
    }
    return a + b + c + d + e + f + g + h;
  }
}
