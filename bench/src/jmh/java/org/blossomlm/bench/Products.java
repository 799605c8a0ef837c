package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.model.tensor.TensorType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Products of 512 × 1024 weights with one token, as in decoding, and with many, as in a prompt;
 * weights packed and activations encoded before. A token is 2²⁰ operations, a multiplication and an
 * addition being two.
 */
@SuppressWarnings("this-escape") // Nothing but JMH extends it, with classes that add no state.
public class Products extends KernelBenchmark {
  @Param public TensorType type = TensorType.F32;

  @Param({"1", "128"})
  public int tokens;

  private MemorySegment out = MemorySegment.NULL;
  private MemorySegment expected = MemorySegment.NULL;
  private Matrix matrix = new Weights(this, TensorType.F32).plain;
  private ProductInput input = new ProductInput(out, out, 0);

  @Setup
  public void compare() {
    Weights weights = new Weights(this, type);
    MemorySegment floats = randomFloats((long) tokens * Weights.COLUMNS);
    matrix = weights.packed(kernels);
    weights.requireProduct(kernels, matrix, floats, tokens);
    expected = weights.product(kernels, matrix, floats, tokens);
    input = weights.input(kernels, floats, tokens);
    out = zeros((long) tokens * Weights.ROWS);
  }

  @Benchmark
  public void product() {
    kernels.matmul(matrix, 0, Weights.ROWS, input, tokens, out, scratch);
  }

  /** After all of them the bits are those of the first. */
  @TearDown
  public void compareBits() {
    if (out.mismatch(expected) != -1) {
      throw new IllegalStateException(kernels.name() + ": bits changed between calls");
    }
  }
}
