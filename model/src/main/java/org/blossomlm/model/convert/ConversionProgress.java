package org.blossomlm.model.convert;

/** Hears how far a conversion is; called on the thread that writes. */
@FunctionalInterface
public interface ConversionProgress {
  ConversionProgress NONE = (tensor, done, total) -> {};

  /**
   * A piece was written.
   *
   * @param tensor the name it has in the new file
   * @param done bytes of tensors written so far
   * @param total of all
   */
  void written(String tensor, long done, long total);
}
