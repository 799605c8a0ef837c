package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.model.tensor.TensorType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What is done before products: the packing of 512 × 1024 weights when a model is loaded, and the
 * encoding of 128 tokens of 1024 activations before each product. Kernels that have nothing to do
 * for a type do nothing here, and take no time.
 */
@SuppressWarnings("this-escape") // Nothing but JMH extends it, with classes that add no state.
public class Preparation extends KernelBenchmark {
  private static final int TOKENS = 128;

  @Param({"F32", "Q4_0", "Q8_0", "Q4_K", "Q6_K"})
  public TensorType type = TensorType.F32;

  private Weights weights = new Weights(this, TensorType.F32);
  private MemorySegment packed = MemorySegment.NULL;
  private ProductInput input = new ProductInput(packed, packed, 0);

  @Setup
  public void compare() {
    weights = new Weights(this, type);
    MemorySegment floats = randomFloats((long) TOKENS * Weights.COLUMNS);
    Matrix matrix = weights.packed(kernels);
    weights.requireProduct(kernels, matrix, floats, TOKENS);
    MemorySegment unpacked = weights.product(kernels, weights.plain, floats, TOKENS);
    if (weights.product(kernels, matrix, floats, TOKENS).mismatch(unpacked) != -1) {
      throw new IllegalStateException(kernels.name() + ": packing changed the product");
    }
    packed = matrix.packed();
    input = weights.input(kernels, floats, TOKENS);
  }

  @Benchmark
  public void pack() {
    if (packed.byteSize() > 0) {
      kernels.pack(weights.plain, 0, Weights.ROWS, packed, scratch);
    }
  }

  @Benchmark
  public void encode() {
    if (kernels.encodes(type)) {
      kernels.encode(input, 0, TOKENS);
    }
  }
}
