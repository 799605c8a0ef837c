package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.engine.kernels.Scratch;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/** A random matrix of a type, and activations to multiply it with. */
final class Weights {
  static final int ROWS = 512;
  static final int COLUMNS = 1024;

  private final KernelBenchmark benchmark;
  final TensorType type;
  final Matrix plain;

  Weights(KernelBenchmark benchmark, TensorType type) {
    this.benchmark = benchmark;
    this.type = type;
    MemorySegment data = benchmark.arena.allocate(type.bytes(COLUMNS) * ROWS, 64);
    new RandomBlocks(type, 0.02).fill(data, benchmark.random);
    plain = Matrix.of(new Tensor("random", type, List.of((long) COLUMNS, (long) ROWS), data));
  }

  /** In the order of the kernels where they have one. */
  Matrix packed(Kernels kernels) {
    long bytes = kernels.packedBytes(plain);
    if (bytes == 0) {
      return plain;
    }
    MemorySegment packed = kernels.allocate(bytes, benchmark.arena);
    kernels.pack(plain, 0, ROWS, packed, new Scratch(0));
    return plain.withPacked(packed);
  }

  /** The same activations as these kernels read them. */
  ProductInput input(Kernels kernels, MemorySegment floats, int tokens) {
    if (!kernels.encodes(type)) {
      return new ProductInput(floats, MemorySegment.NULL, COLUMNS);
    }
    MemorySegment encoded =
        benchmark.arena.allocate(tokens * kernels.encodedBytes(COLUMNS), 64);
    ProductInput input = new ProductInput(floats, encoded, COLUMNS);
    kernels.encode(input, 0, tokens);
    return input;
  }

  MemorySegment product(Kernels kernels, Matrix matrix, MemorySegment floats, int tokens) {
    MemorySegment out = benchmark.zeros((long) tokens * ROWS);
    kernels.matmul(
        matrix, 0, ROWS, input(kernels, floats, tokens), tokens, out, benchmark.scratch);
    return out;
  }

  /** Fails where the product with {@code matrix} is not that of the specification. */
  void requireProduct(Kernels kernels, Matrix matrix, MemorySegment floats, int tokens) {
    benchmark.requireClose(
        product(kernels, matrix, floats, tokens),
        product(benchmark.scalar, plain, floats, tokens),
        kernels.encodes(type) ? KernelBenchmark.ROUNDING : KernelBenchmark.ORDER);
  }
}
