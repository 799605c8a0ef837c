package org.blossomlm.train.nn;

import org.blossomlm.engine.Architecture;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Grouped-query attention with rotary positions. What lies between the projections is computed in
 * the exact format: on CPUs bfloat16 attention is many times slower, and rotation loses positions.
 *
 * @param queryNorm with {@link #keyNorm}, of Qwen 3: of each head, before rotation
 */
record Attention(
    Linear query,
    Linear key,
    Linear value,
    Linear output,
    @Nullable RmsNorm queryNorm,
    @Nullable RmsNorm keyNorm) {

  /**
   * @param x {@code [rows, length, hidden]}
   */
  Tensor forward(Tensor x, BatchTensors batch, Architecture a, Compute compute, Pass pass) {
    Tensor q = heads(query.forward(x, compute, pass), batch, a.heads(), queryNorm, compute);
    Tensor k = heads(key.forward(x, compute, pass), batch, a.keyValueHeads(), keyNorm, compute);
    Tensor v = heads(value.forward(x, compute, pass), batch, a.keyValueHeads(), null, compute);
    Tensor mixed =
        torch.scaled_dot_product_attention(
            rotated(q, batch),
            shared(rotated(k, batch), a),
            shared(v, a),
            batch.mask() == null ? new TensorOptional() : new TensorOptional(batch.mask()),
            0.0,
            batch.mask() == null,
            new DoubleOptional((double) a.attentionScale()),
            false);
    Tensor joined = mixed.transpose(1, 2).reshape(batch.rows(), batch.length(), a.queryWidth());
    return output.forward(joined.to(compute.scalar()), compute, pass);
  }

  /** {@code [rows, heads, length, headSize]} in the exact format. */
  private static Tensor heads(
      Tensor projected, BatchTensors batch, int heads, @Nullable RmsNorm norm, Compute compute) {
    Tensor split = projected.view(batch.rows(), batch.length(), heads, -1);
    Tensor normed = norm == null ? split : norm.forward(split, compute);
    return normed.to(compute.exact()).transpose(1, 2);
  }

  private static Tensor rotated(Tensor x, BatchTensors batch) {
    long half = x.size(3) / 2;
    Tensor first = x.narrow(3, 0, half);
    Tensor second = x.narrow(3, half, half);
    Tensor cos = batch.cos();
    Tensor sin = batch.sin();
    return torch.cat(
        new TensorVector(first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))),
        3);
  }

  /** Every key (or value) head as often as queries share it. */
  private static Tensor shared(Tensor x, Architecture a) {
    if (a.group() == 1) {
      return x;
    }
    return x.unsqueeze(2)
        .expand(x.size(0), x.size(1), a.group(), x.size(2), x.size(3))
        .reshape(x.size(0), a.heads(), x.size(2), x.size(3));
  }
}
