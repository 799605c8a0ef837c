package org.blossomlm.engine;

/** Follows the loading of a model. */
@FunctionalInterface
public interface LoadListener {
  LoadListener NONE = (done, total) -> {};

  /**
   * Weights were brought into the kernels' order; called for every matrix, by the loading thread.
   *
   * @param done bytes of the file so far
   * @param total bytes of the file that will be
   */
  void onWeights(long done, long total);
}
