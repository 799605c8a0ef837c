package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * A weight matrix as a provider multiplies with it.
 *
 * @param tensor as the file holds it
 * @param rows of the tensor
 * @param columns of the tensor
 * @param packed the same weights in the provider's own order ({@link Kernels#pack}); {@link
 *     MemorySegment#NULL} where products read the tensor
 */
public record Matrix(Tensor tensor, int rows, int columns, MemorySegment packed) {
  /** The tensor as it lies in the file. */
  public static Matrix of(Tensor tensor) {
    return new Matrix(
        tensor,
        Math.toIntExact(tensor.rows()),
        Math.toIntExact(tensor.columns()),
        MemorySegment.NULL);
  }

  public Matrix withPacked(MemorySegment segment) {
    return new Matrix(tensor, rows, columns, segment);
  }

  public TensorType type() {
    return tensor.type();
  }

  public boolean isPacked() {
    return packed.byteSize() > 0;
  }
}
