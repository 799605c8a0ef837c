package org.blossomlm.train.nn;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The low-rank update of a linear: {@code scaling · B A}.
 *
 * @param a {@code [rank, columns]}, random at first
 * @param b {@code [rows, rank]}, zero at first
 * @param magnitude {@code [rows]}, of DoRA: the length of each row of the updated matrix
 */
record Adapter(Tensor a, Tensor b, @Nullable Tensor magnitude, double scaling, double dropout) {
  /** What is added to the linear's output. */
  Tensor update(Tensor x, Compute compute, Pass pass) {
    Tensor input = pass.training() && dropout > 0 ? torch.dropout(x, dropout, true) : x;
    return torch
        .linear(torch.linear(input, compute.toProduct(a)), compute.toProduct(b))
        .mul(new Scalar(scaling));
  }

  /** What is added to the matrix, in the exact format. */
  Tensor product(Compute compute) {
    return torch.matmul(compute.toExact(b), compute.toExact(a)).mul(new Scalar(scaling));
  }

  /**
   * DoRA's factor of each output: its magnitude over the length of the row. The length counts as a
   * constant (section 4.3 of the paper), which saves most of the memory.
   */
  Tensor factor(Tensor w, Compute compute) {
    Tensor lengths;
    try (var _ = new NoGradGuard()) {
      lengths =
          torch.linalg_vector_norm(
              compute.toExact(w).add(product(compute)),
              new Scalar(2.0),
              new long[] {1},
              false,
              new org.bytedeco.pytorch.ScalarTypeOptional());
    }
    Tensor wanted = magnitude == null ? lengths : compute.toExact(magnitude);
    return wanted.div(lengths).to(compute.scalar());
  }
}
