package org.blossomlm.train.nn;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The one decoder of all families, cut where the way back may begin anew: embedding, blocks, head.
 *
 * @param embedding {@code [vocabulary, hidden]}
 * @param head the same weight where embeddings are tied
 */
record Decoder(
    DecoderDefinition definition,
    Compute compute,
    Tensor embedding,
    List<Block> blocks,
    RmsNorm finalNorm,
    Linear head) {

  /** {@code [rows, length, hidden]}: rows of the embedding. */
  Tensor embed(BatchTensors batch) {
    return torch.embedding(embedding, batch.tokens()).to(compute.scalar());
  }

  /**
   * Noise on embeddings (NEFTune, Jain et al. 2023): uniform, scaled by {@code alpha/√(tokens ·
   * hidden)}.
   */
  Tensor noise(BatchTensors batch, double alpha, Pass pass) {
    pass.seedEmbedding();
    long hidden = definition.architecture().hidden();
    double scale = alpha / Math.sqrt((double) batch.length() * hidden);
    Tensor unit = torch.rand(batch.rows(), batch.length(), hidden);
    return compute.toProduct(unit.mul(new Scalar(2.0)).sub(new Scalar(1.0)).mul(new Scalar(scale)));
  }

  Tensor block(int layer, Tensor x, BatchTensors batch, Pass pass) {
    pass.seedBlock(layer);
    return blocks.get(layer).forward(x, batch, definition.architecture(), compute, pass);
  }

  /**
   * Logits of some tokens, in the exact format.
   *
   * @param x {@code [tokens, hidden]}
   */
  Tensor logits(Tensor x) {
    return head.forward(finalNorm.forward(x, compute), compute, Pass.EVALUATION)
        .to(compute.exact());
  }

  /** Whether the embedding learns. */
  boolean learnsEmbedding() {
    return embedding.requires_grad();
  }
}
