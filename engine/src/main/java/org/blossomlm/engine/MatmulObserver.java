package org.blossomlm.engine;

import java.lang.foreign.MemorySegment;

/**
 * Watches what weight matrices are multiplied with. Called by the thread that runs the forward
 * pass, before each product; what it takes is added to the time of the pass.
 */
@FunctionalInterface
public interface MatmulObserver {
  /**
   * Looks at the input of one product.
   *
   * @param tensor name of the matrix, e.g. {@code blk.0.attn_q.weight}
   * @param tokens rows of activations
   * @param columns of the matrix and of each row
   * @param activations {@code tokens × columns} float32, valid during the call only
   */
  void observe(String tensor, int tokens, int columns, MemorySegment activations);
}
