package org.blossomlm.engine.measure;

/** Told after every chunk how far a measurement is. */
@FunctionalInterface
public interface MeasureProgress {
  /**
   * A chunk is done.
   *
   * @param done chunks that are done
   * @param total chunks of the text
   * @param estimate the perplexity of what is done
   */
  void after(int done, int total, double estimate);
}
