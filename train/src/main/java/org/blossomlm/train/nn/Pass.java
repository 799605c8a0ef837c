package org.blossomlm.train.nn;

import org.bytedeco.pytorch.global.torch;

/**
 * One pass over one micro-batch. Random numbers follow from the seed and the place alone, so that a
 * block that is computed again drops the same elements, and a run that goes on needs no state of a
 * generator.
 *
 * @param training whether there is dropout and noise
 * @param seed of this micro-batch
 */
public record Pass(boolean training, long seed) {
  /** Without anything random. */
  public static final Pass EVALUATION = new Pass(false, 0);

  private static final long EMBEDDING = -1;

  /** Sets the generator for a block; its linears draw in a fixed order. */
  void seedBlock(int layer) {
    if (training) {
      torch.manual_seed(mixed(layer));
    }
  }

  void seedEmbedding() {
    torch.manual_seed(mixed(EMBEDDING));
  }

  private long mixed(long place) {
    long z = seed + 0x9E3779B97F4A7C15L * (place + 2);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
