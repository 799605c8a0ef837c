package org.blossomlm.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.blossomlm.engine.Machine;

/**
 * How fast the machine's memory can be read, which bounds the speed of decoding: every token reads
 * all weights once. Each thread reads memory that is much larger than its share of the caches.
 *
 * @param bytes read in each round
 */
public record ReadBandwidth(double bytesPerSecond, int threads, long bytes) {
  private static final long BYTES_PER_THREAD = 128L << 20;
  private static final long LARGEST_TOTAL = 1L << 30;
  private static final long PAGE = 4096;

  /** Takes a second or so. */
  public static ReadBandwidth measure(int threads) {
    // Little memory still gives an honest number as long as it exceeds the caches.
    long budget = Math.min(LARGEST_TOTAL, Machine.availableMemory() / 4);
    long each = Math.max(PAGE, Math.min(BYTES_PER_THREAD, budget / threads) / PAGE * PAGE);
    ProbeLoops loops = ProbeLoops.best();
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> blocks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        blocks.add(arena.allocate(each, PAGE).fill((byte) (i + 1)));
      }
      double seconds = ProbeThreads.bestSeconds(threads, i -> (double) loops.read(blocks.get(i)));
      return new ReadBandwidth(each * threads / seconds, threads, each * threads);
    }
  }
}
