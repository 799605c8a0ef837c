package org.blossomlm.train.nn;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Division by the root of the mean square, times a weight, over the last dimension. */
record RmsNorm(Tensor weight, double epsilon) {
  /** In the exact format inside, in the format of products outside. */
  Tensor forward(Tensor x, Compute compute) {
    return torch
        .rms_norm(
            x.to(compute.exact()),
            new long[] {weight.size(0)},
            new TensorOptional(compute.toExact(weight)),
            new DoubleOptional(epsilon))
        .to(compute.scalar());
  }
}
