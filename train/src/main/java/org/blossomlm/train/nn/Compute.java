package org.blossomlm.train.nn;

import org.blossomlm.train.torch.ComputeType;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and in which number formats is computed.
 *
 * @param checkpointed whether a block keeps nothing but its input for the way back, and is computed
 *     again then
 */
public record Compute(ComputeType type, Device device, boolean checkpointed) {
  /** On the CPU. */
  public static Compute cpu(ComputeType type, boolean checkpointed) {
    return new Compute(type, new Device("cpu"), checkpointed);
  }

  ScalarType scalar() {
    return type.scalar();
  }

  ScalarType exact() {
    return type.exact();
  }

  /** On the device, in its own format. */
  Tensor onDevice(Tensor tensor) {
    return tensor.to(device, tensor.scalar_type());
  }

  /** On the device, in the format of matrix products. */
  Tensor toProduct(Tensor tensor) {
    return tensor.to(device, type.scalar());
  }

  /** On the device, in the format of norms, losses and trained weights. */
  Tensor toExact(Tensor tensor) {
    return tensor.to(device, type.exact());
  }
}
