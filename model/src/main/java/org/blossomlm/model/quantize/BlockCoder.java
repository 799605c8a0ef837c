package org.blossomlm.model.quantize;

import org.jspecify.annotations.Nullable;

/** Encodes weights as consecutive blocks of one type. Has scratch memory: for one thread. */
@FunctionalInterface
interface BlockCoder {
  /**
   * Encodes weights.
   *
   * @param from index of the first weight; all are finite
   * @param count weights, a multiple of the type's block
   * @param importance of each weight, indexed as they are; null where none is known
   * @param target receives the blocks from {@code at}
   */
  void encode(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at);
}
