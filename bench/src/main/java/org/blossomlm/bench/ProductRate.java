package org.blossomlm.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.engine.kernels.Scratch;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * How fast the model's kernels multiply matrices of its types when everything they touch is in the
 * caches: what a prompt would reach if it consisted of nothing else. Kernels that multiply 8-bit
 * integers can be faster than float32 arithmetic ({@link DotProductRate}) allows, so this is the
 * closer limit for them.
 *
 * @param operationsPerSecond of all threads, in the proportions of the model's types; a
 *     multiplication and an addition are two
 */
public record ProductRate(double operationsPerSecond, int threads) {
  private static final int COLUMNS = 1024;
  private static final int ROWS = 64;
  private static final int TOKENS = 64;
  private static final double OPERATIONS = 2.0 * COLUMNS * ROWS * TOKENS;

  /** Long enough that starting threads does not count. */
  private static final double ROUND_SECONDS = 0.02;

  /**
   * Takes half a second for each type.
   *
   * @param elements of the model's matrices by type
   */
  static ProductRate measure(Kernels kernels, int threads, Map<TensorType, Long> elements) {
    double all = 0;
    double seconds = 0;
    for (Map.Entry<TensorType, Long> entry : elements.entrySet()) {
      all += entry.getValue();
      seconds += entry.getValue() / rate(kernels, threads, entry.getKey());
    }
    return new ProductRate(all / seconds, threads);
  }

  private static double rate(Kernels kernels, int threads, TensorType type) {
    try (Arena arena = Arena.ofShared()) {
      Product product = new Product(kernels, type, arena);
      MemorySegment[] outs = new MemorySegment[threads];
      Scratch[] scratches = new Scratch[threads];
      for (int i = 0; i < threads; i++) {
        outs[i] = arena.allocate((long) TOKENS * ROWS * Float.BYTES, 64);
        scratches[i] = new Scratch(i);
      }
      product.run(outs[0], scratches[0]);
      long start = System.nanoTime();
      product.run(outs[0], scratches[0]);
      double once = (System.nanoTime() - start) / 1e9;
      int times = Math.clamp((long) (ROUND_SECONDS / once), 1, 10_000);
      double best =
          ProbeThreads.bestSeconds(
              threads,
              thread -> {
                for (int i = 0; i < times; i++) {
                  product.run(outs[thread], scratches[thread]);
                }
                return outs[thread].get(ValueLayout.JAVA_FLOAT, 0);
              });
      return OPERATIONS * times * threads / best;
    }
  }

  /** A matrix as the engine would hold it, and what it is multiplied with. */
  private static final class Product {
    private final Kernels kernels;
    private final Matrix matrix;
    private final ProductInput input;

    Product(Kernels kernels, TensorType type, Arena arena) {
      this.kernels = kernels;
      var random = new SplittableRandom(1);
      MemorySegment data = arena.allocate(type.bytes(COLUMNS) * ROWS, 64);
      new RandomBlocks(type, 0.02).fill(data, random);
      Matrix plain =
          Matrix.of(new Tensor("probe", type, List.of((long) COLUMNS, (long) ROWS), data));
      long packedBytes = kernels.packedBytes(plain);
      if (packedBytes > 0) {
        MemorySegment packed = kernels.allocate(packedBytes, arena);
        kernels.pack(plain, 0, ROWS, packed, new Scratch(0));
        matrix = plain.withPacked(packed);
      } else {
        matrix = plain;
      }
      MemorySegment floats = arena.allocate((long) TOKENS * COLUMNS * Float.BYTES, 64);
      for (int i = 0; i < TOKENS * COLUMNS; i++) {
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextDouble() - 0.5));
      }
      long encodedBytes = kernels.encodes(type) ? TOKENS * kernels.encodedBytes(COLUMNS) : 0;
      MemorySegment encoded =
          encodedBytes > 0 ? arena.allocate(encodedBytes, 64) : MemorySegment.NULL;
      input = new ProductInput(floats, encoded, COLUMNS);
      if (encodedBytes > 0) {
        kernels.encode(input, 0, TOKENS);
      }
    }

    void run(MemorySegment out, Scratch scratch) {
      kernels.matmul(matrix, 0, ROWS, input, TOKENS, out, scratch);
    }
  }
}
