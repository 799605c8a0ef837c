package org.blossomlm.train.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The number format of matrix products; weights that are trained are kept in float32 (FP64: 64).
 */
public enum ComputeType {
  FP32(ScalarType.Float),
  BF16(ScalarType.BFloat16),
  /** For checks of gradients. */
  FP64(ScalarType.Double);

  private final ScalarType scalar;

  ComputeType(ScalarType scalar) {
    this.scalar = scalar;
  }

  /** Of activations and of weights while they are multiplied. */
  public ScalarType scalar() {
    return scalar;
  }

  /** Of norms, attention, losses and of weights that are trained. */
  public ScalarType exact() {
    return this == FP64 ? ScalarType.Double : ScalarType.Float;
  }
}
