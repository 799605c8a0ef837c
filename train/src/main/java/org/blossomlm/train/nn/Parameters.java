package org.blossomlm.train.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** What is trained: leaves with gradients, in the exact format, by name, in a fixed order. */
public final class Parameters {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** Takes over a tensor as a parameter; it lives until {@link #release}. */
  Tensor add(String name, Tensor initial) {
    Tensor leaf = Scope.keep(initial.detach().clone());
    leaf.set_requires_grad(true);
    tensors.put(name, leaf);
    return leaf;
  }

  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Numbers that are trained. */
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::numel).sum();
  }

  /** Sets all gradients to zero. */
  public void zeroGradients() {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      for (Tensor tensor : tensors.values()) {
        Tensor gradient = tensor.mutable_grad();
        if (gradient.defined()) {
          gradient.zero_();
        }
      }
    }
  }

  void release() {
    tensors.values().forEach(Scope::release);
    tensors.clear();
  }
}
