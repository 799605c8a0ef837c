package org.blossomlm.train.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x Wᵀ + b}, with what an adapter adds.
 *
 * @param bias of the outputs
 */
record Linear(Weight weight, @Nullable Tensor bias, @Nullable Adapter adapter) {
  /**
   * @param x {@code [..., columns]}
   * @return {@code [..., rows]}
   */
  Tensor forward(Tensor x, Compute compute, Pass pass) {
    Tensor w = weight.value(compute);
    Tensor b = bias == null ? null : compute.toProduct(bias);
    if (adapter == null) {
      return b == null ? torch.linear(x, w) : torch.linear(x, w, b);
    }
    Tensor update = adapter.update(x, compute, pass);
    if (adapter.magnitude() == null) {
      return (b == null ? torch.linear(x, w) : torch.linear(x, w, b)).add(update);
    }
    Tensor factor = adapter.factor(w, compute);
    Tensor y = torch.linear(x, w).add(update).mul(factor);
    return b == null ? y : y.add(b);
  }

  /** The matrix that does the same without an adapter, in the exact format. */
  Tensor merged(Compute compute) {
    Tensor w =
        weight instanceof Nf4Weight nf4
            ? compute.toExact(nf4.dequantised())
            : compute.toExact(((DenseWeight) weight).tensor());
    if (adapter == null) {
      return w;
    }
    Tensor sum = w.add(adapter.product(compute), new Scalar(1.0));
    return adapter.magnitude() == null
        ? sum
        : sum.mul(adapter.factor(w, compute).to(compute.exact()).unsqueeze(1));
  }
}
