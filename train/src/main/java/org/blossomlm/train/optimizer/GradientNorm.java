package org.blossomlm.train.optimizer;

import java.util.Collection;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The length of all gradients as one vector. */
public final class GradientNorm {
  private GradientNorm() {}

  /** Measures; not a number where a gradient is none. */
  public static double of(Collection<Tensor> parameters) {
    double squares = 0;
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      for (Tensor parameter : parameters) {
        Tensor gradient = parameter.grad();
        if (gradient.defined()) {
          double norm = torch.linalg_vector_norm(gradient).item_double();
          squares += norm * norm;
        }
      }
    }
    return Math.sqrt(squares);
  }

  /**
   * Shortens the gradients to a length (Pascanu et al. 2013) where they are longer.
   *
   * @param longest infinite for never
   * @return their length before
   */
  public static double clip(Collection<Tensor> parameters, double longest) {
    double norm = of(parameters);
    if (norm > longest && Double.isFinite(norm)) {
      try (var _ = new NoGradGuard();
          var _ = new Scope()) {
        var factor = new Scalar(longest / norm);
        for (Tensor parameter : parameters) {
          if (parameter.grad().defined()) {
            parameter.mutable_grad().mul_(factor);
          }
        }
      }
    }
    return norm;
  }
}
