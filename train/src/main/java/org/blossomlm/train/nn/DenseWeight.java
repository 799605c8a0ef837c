package org.blossomlm.train.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * Plain numbers: what is trained, or a frozen matrix in its file's format.
 *
 * <p>A frozen matrix of another format is converted whenever it is used. With checkpointing only
 * one block's copies exist at a time, so that a model takes no more memory than its file; the
 * conversion reads each number once where the product uses it once for every token.
 */
record DenseWeight(Tensor tensor) implements Weight {
  @Override
  public Tensor value(Compute compute) {
    return compute.toProduct(tensor);
  }

  @Override
  public long rows() {
    return tensor.size(0);
  }

  @Override
  public long columns() {
    return tensor.size(1);
  }
}
