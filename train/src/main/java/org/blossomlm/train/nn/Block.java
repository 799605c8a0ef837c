package org.blossomlm.train.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.engine.Architecture;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One layer: attention and a gated feed-forward network, each behind a norm and beside a sum. */
record Block(
    RmsNorm attentionNorm,
    Attention attention,
    RmsNorm feedForwardNorm,
    Linear gate,
    Linear up,
    Linear down) {
  /**
   * @param x {@code [rows, length, hidden]}
   * @return the same shape
   */
  Tensor forward(Tensor x, BatchTensors batch, Architecture a, Compute compute, Pass pass) {
    Tensor normed = attentionNorm.forward(x, compute);
    Tensor attended = x.add(attention.forward(normed, batch, a, compute, pass));
    Tensor input = feedForwardNorm.forward(attended, compute);
    Tensor gated =
        torch.silu(gate.forward(input, compute, pass)).mul(up.forward(input, compute, pass));
    return attended.add(down.forward(gated, compute, pass));
  }

  /** The linears by the ends of their names. */
  Map<String, Linear> linears() {
    Map<String, Linear> linears = new LinkedHashMap<>();
    linears.put("self_attn.q_proj", attention.query());
    linears.put("self_attn.k_proj", attention.key());
    linears.put("self_attn.v_proj", attention.value());
    linears.put("self_attn.o_proj", attention.output());
    linears.put("mlp.gate_proj", gate);
    linears.put("mlp.up_proj", up);
    linears.put("mlp.down_proj", down);
    return linears;
  }
}
