package org.blossomlm.train.nn;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The way through the decoder and back. The graph is cut below the head, whose logits are made for
 * some tokens at a time, and with checkpointing between all blocks: only their inputs are kept, and
 * each block is computed again when its turn comes (Chen et al. 2016). Cutting changes no bit of a
 * gradient.
 */
final class Backpropagation {
  /** Logits that exist at a time. */
  private static final long LOGITS = 1L << 25;

  private static final long SUM = 2;

  private final Decoder decoder;

  Backpropagation(Decoder decoder) {
    this.decoder = decoder;
  }

  double accumulate(MicroBatch batch, long tokens, LossOptions loss, Pass pass) {
    try (var _ = new Scope()) {
      BatchTensors tensors = BatchTensors.of(batch, decoder.definition(), decoder.compute());
      if (tensors.learntCount() == 0) {
        return 0;
      }
      Tensor noise =
          pass.training() && loss.neftuneAlpha() > 0
              ? decoder.noise(tensors, loss.neftuneAlpha(), pass)
              : null;
      return decoder.compute().checkpointed()
          ? checkpointed(tensors, noise, tokens, loss, pass)
          : plain(tensors, noise, tokens, loss, pass);
    }
  }

  private double plain(
      BatchTensors batch, @Nullable Tensor noise, long tokens, LossOptions loss, Pass pass) {
    Tensor x = embedded(batch, noise);
    for (int layer = 0; layer < decoder.blocks().size(); layer++) {
      x = decoder.block(layer, x, batch, pass);
    }
    Tensor cut = x.detach().set_requires_grad(true);
    double sum = head(cut, batch, loss, 1.0 / tokens);
    if (x.requires_grad()) {
      backward(x, cut.grad());
    }
    return sum;
  }

  private double checkpointed(
      BatchTensors batch, @Nullable Tensor noise, long tokens, LossOptions loss, Pass pass) {
    List<Tensor> inputs = new ArrayList<>();
    Tensor x;
    try (var _ = new NoGradGuard()) {
      x = embedded(batch, noise);
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        inputs.add(x);
        try (var _ = new Scope()) {
          x = Scope.keep(decoder.block(layer, x, batch, pass));
        }
      }
    }
    Tensor cut = x.detach().set_requires_grad(true);
    double sum = head(cut, batch, loss, 1.0 / tokens);
    Tensor gradient = Scope.keep(cut.grad().detach());
    Scope.release(x);
    for (int layer = decoder.blocks().size() - 1; layer >= 0; layer--) {
      boolean wanted = layer > 0 || decoder.learnsEmbedding();
      Tensor below = null;
      try (var _ = new Scope()) {
        Tensor input = inputs.get(layer).detach().set_requires_grad(wanted);
        Tensor output = decoder.block(layer, input, batch, pass);
        if (output.requires_grad()) {
          backward(output, gradient);
        }
        if (wanted) {
          below = Scope.keep(input.grad().detach());
        }
      }
      Scope.release(gradient);
      if (layer > 0) {
        Scope.release(inputs.get(layer));
      }
      if (below == null) {
        return sum;
      }
      gradient = below;
    }
    backward(decoder.embed(batch), gradient);
    Scope.release(gradient);
    return sum;
  }

  private Tensor embedded(BatchTensors batch, @Nullable Tensor noise) {
    Tensor x = decoder.embed(batch);
    return noise == null ? x : x.add(noise);
  }

  /**
   * Losses of the learnt tokens, and their gradients down to {@code x}.
   *
   * @param factor of the sum that is differentiated
   * @return the sum
   */
  private double head(Tensor x, BatchTensors batch, LossOptions loss, double factor) {
    double sum = 0;
    for (long from = 0; from < batch.learntCount(); from += step()) {
      try (var _ = new Scope()) {
        Tensor losses = losses(x, batch, from, loss.labelSmoothing());
        losses.mul(new Scalar(factor)).backward();
        sum += losses.item_double();
      }
    }
    return sum;
  }

  private long step() {
    return Math.max(1, LOGITS / decoder.definition().vocabulary());
  }

  private Tensor losses(Tensor x, BatchTensors batch, long from, double smoothing) {
    long count = Math.min(step(), batch.learntCount() - from);
    Tensor chosen = x.view(-1, x.size(2)).index_select(0, batch.learnt().narrow(0, from, count));
    return torch.cross_entropy_loss(
        decoder.logits(chosen),
        batch.targets().narrow(0, from, count),
        new TensorOptional(),
        SUM,
        MicroBatch.IGNORED,
        smoothing);
  }

  double loss(MicroBatch batch) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      BatchTensors tensors = BatchTensors.of(batch, decoder.definition(), decoder.compute());
      Tensor x = decoder.embed(tensors);
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        x = decoder.block(layer, x, tensors, Pass.EVALUATION);
      }
      double sum = 0;
      for (long from = 0; from < tensors.learntCount(); from += step()) {
        try (var _ = new Scope()) {
          sum += losses(x, tensors, from, 0).item_double();
        }
      }
      return sum;
    }
  }

  private static void backward(Tensor output, Tensor gradient) {
    output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }
}
