package org.blossomlm.train.run;

import org.blossomlm.engine.Architecture;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.nn.DecoderDefinition;
import org.blossomlm.train.torch.ComputeType;

/**
 * Bytes that a run takes, estimated before it begins.
 *
 * @param weights of a frozen base, and copies of weights in the format of products
 * @param training trained weights, gradients, Adam's two means, averages
 * @param activations that a micro-batch keeps for the way back
 * @param disk checkpoints and result
 */
record Footprint(long weights, long training, long activations, long disk) {
  /** The program and its libraries. */
  private static final long RUNTIME = 900L << 20;

  /** NF4 with double quantisation, with the ends of blocks. */
  private static final double NF4_BYTES = 0.53;

  /** Logits that exist at a time; see the head's way back. */
  private static final long LOGITS = 1L << 25;

  private static final int F32 = Float.BYTES;

  static Footprint of(
      BaseModel base, ModelSize size, TrainConfig config, ComputeType type, long length, boolean checkpointed) {
    DecoderDefinition definition = base.definition();
    Architecture a = definition.architecture();
    int product = type == ComputeType.BF16 ? 2 : F32;
    boolean full = config.method() == Method.FULL;
    boolean averaged = config.optimizer().ema() > 0;
    long frozen =
        full
            ? 0
            : config.method() == Method.QLORA
                ? (long) (NF4_BYTES * size.blocks()) + F32 * (size.parameters() - size.blocks())
                : base.weightBytes();
    // Casts of all blocks live until the way back, or of one at a time.
    long casts = product * size.blocks() / (checkpointed ? a.layers() : 1) + product * size.head();
    long rows = config.batches().rows();
    long tokens = rows * length;
    long block = tokens * block(a, product, !full) + 5 * rows * length * length;
    long kept =
        checkpointed
            ? tokens * a.layers() * (long) product * a.hidden() + 2 * block
            : a.layers() * block + block;
    long logits = 3L * F32 * Math.min(LOGITS, tokens * definition.vocabulary());
    long result =
        full ? (base.isNew() ? F32 * size.parameters() : base.weightBytes()) : F32 * size.trained();
    long exported = config.gguf().isEmpty() ? 0 : 3 * Math.max(result, base.weightBytes());
    long checkpoint = (averaged ? 4L : 3L) * F32 * size.trained();
    return new Footprint(
        frozen + casts,
        (averaged ? 5L : 4L) * F32 * size.trained(),
        kept + logits,
        (config.checkpoints().keep() + 2L) * checkpoint * config.stages().size()
            + result
            + exported);
  }

  /** Bytes that a block keeps of a token. */
  private static long block(Architecture a, int product, boolean adapted) {
    long heads = a.queryWidth() + 2L * a.keyValueWidth();
    long norms = 2L * (3L * product + 2L * F32) * a.hidden();
    long attention = (product + 2L * F32) * heads + (product + 3L * F32) * a.queryWidth();
    long forward = 4L * product * a.feedForward();
    long added = adapted ? product * (heads + 2L * a.hidden() + 2L * a.feedForward()) : 0;
    return norms + attention + forward + added;
  }

  long memory() {
    return RUNTIME + weights + training + activations;
  }
}
