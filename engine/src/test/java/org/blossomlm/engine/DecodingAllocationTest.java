package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.engine.KvLayout.PAGE_TOKENS;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding with native kernels leaves the garbage collector nothing to do. */
class DecodingAllocationTest {
  private static final long SEED = 20251125;
  private static final int CONTEXT = 4 * PAGE_TOKENS;

  /** Between two page borders, at which a page is made and the one before may become known. */
  private static final int FROM = PAGE_TOKENS + 4;

  private static final int TOKENS = 50;

  /** Enough for the compiler to have seen everything: interpreted code may box. */
  private static final int ROUNDS = 40;

  /**
   * The least thing on the heap takes 16 bytes, so this finds one allocation in four tokens. It is
   * not zero because asking for the counts may itself be counted once.
   */
  private static final double MOST_BYTES_PER_TOKEN = 4;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final int[] tokens = new SplittableRandom(SEED).ints(CONTEXT, 3, 250).toArray();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"F16", "Q4_0", "Q5_1", "Q8_0", "IQ4_NL"})
  void a_token_allocates_nothing_on_any_thread(TensorType type) {
    check(TinyModel.write(folder.resolve("tiny.gguf"), "qwen3", type, SEED), 2, KvType.F16, true);
  }

  @ParameterizedTest
  @CsvSource({"1, F16, true", "2, F16, false", "2, Q8_0, true", "1, Q8_0, false"})
  void however_many_threads_and_however_the_cache_and_the_weights_are_stored(
      int threadCount, KvType kvType, boolean packed) {
    Path file = TinyModel.writeWide(folder.resolve("wide.gguf"), "qwen2", TensorType.Q8_0, SEED);
    check(file, threadCount, kvType, packed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"llama-Q2_K", "llama-Q3_K_M", "llama-Q4_K_M", "llama-Q5_K_M", "llama-Q6_K"})
  void nor_with_super_blocks(String name) {
    check(Fixtures.path("tiny-models/" + name + ".gguf"), 2, KvType.F16, true);
  }

  /** The check would find what the tests above say is not there. */
  @Test
  void an_allocation_by_a_worker_is_counted() {
    Path file = TinyModel.write(folder.resolve("tiny.gguf"), "llama", TensorType.Q8_0, SEED);
    byte[][] kept = new byte[2][];
    AtomicInteger arrived = new AtomicInteger();
    // Two pieces that wait for each other, so that the worker gets one of them.
    WorkerPool.Range wasteful =
        (from, to, scratch) -> {
          if (from == to) {
            return;
          }
          int both = (arrived.incrementAndGet() + 1) / 2 * 2;
          while (arrived.get() < both) {
            Thread.onSpinWait();
          }
          if (scratch.worker() > 0) {
            kept[from] = new byte[100];
          }
        };
    try (LoadedDecoder loaded = load(file, 2, KvType.F16, true);
        KvCache cache = new KvCache(loaded.decoder.architecture(), loaded.pages, CONTEXT)) {
      double least = leastBytesPerToken(loaded.decoder, cache, new Batch(), 2, wasteful);
      assertThat(least).isBetween(100.0, 150.0);
    }
  }

  private void check(Path file, int threadCount, KvType kvType, boolean packed) {
    try (LoadedDecoder loaded = load(file, threadCount, kvType, packed);
        KvCache cache = new KvCache(loaded.decoder.architecture(), loaded.pages, CONTEXT)) {
      double least =
          leastBytesPerToken(loaded.decoder, cache, new Batch(), 0, (from, to, scratch) -> {});
      assertThat(least).as("bytes per token").isLessThanOrEqualTo(MOST_BYTES_PER_TOKEN);
    }
  }

  private static LoadedDecoder load(Path file, int threadCount, KvType kvType, boolean packed) {
    Optional<String> refusal = KernelProvider.refusal("native");
    assumeTrue(refusal.isEmpty(), () -> "native kernels: " + refusal.orElseThrow());
    Kernels kernels = KernelProvider.choose(Optional.of("native")).kernels();
    return new LoadedDecoder(file, kernels, threadCount, kvType, 1 << 28, packed);
  }

  /**
   * Of as many rounds as it takes to see one without: what every token allocates shows in each of
   * them, the compiler's occasional doings do not.
   */
  private double leastBytesPerToken(
      SharedDecoder decoder, KvCache cache, Batch batch, int items, WorkerPool.Range after) {
    Decoder.LogitsSink sink = (index, logits) -> {};
    decode(decoder, cache, batch, sink, 0, FROM, 0, after);
    long[] workers = workers();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > MOST_BYTES_PER_TOKEN * TOKENS; round++) {
      cache.truncate(FROM);
      long ofWorkers = Arrays.stream(threads.getThreadAllocatedBytes(workers)).sum();
      long ofCaller = threads.getCurrentThreadAllocatedBytes();
      decode(decoder, cache, batch, sink, FROM, FROM + TOKENS, items, after);
      ofCaller = threads.getCurrentThreadAllocatedBytes() - ofCaller;
      ofWorkers = Arrays.stream(threads.getThreadAllocatedBytes(workers)).sum() - ofWorkers;
      least = Math.min(least, ofCaller + ofWorkers);
    }
    return (double) least / TOKENS;
  }

  private void decode(
      SharedDecoder decoder,
      KvCache cache,
      Batch batch,
      Decoder.LogitsSink sink,
      int from,
      int to,
      int items,
      WorkerPool.Range after) {
    for (int i = from; i < to; i++) {
      cache.reserve(i + 1);
      batch.clear();
      batch.add(cache, tokens[i], i, true);
      decoder.forward(batch, sink, items, after);
      cache.append(tokens, i, i + 1);
      cache.publish();
    }
  }

  private long[] workers() {
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("blossom-worker-"))
        .mapToLong(thread -> thread.getThreadId())
        .toArray();
  }
}
