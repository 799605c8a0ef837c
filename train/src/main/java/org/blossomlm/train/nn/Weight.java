package org.blossomlm.train.nn;

import org.bytedeco.pytorch.Tensor;

/** A matrix, however it is stored. */
sealed interface Weight permits DenseWeight, Nf4Weight {
  /** {@code [rows, columns]} in the format of products. */
  Tensor value(Compute compute);

  long rows();

  long columns();
}
