package org.blossomlm.train.nn;

import org.blossomlm.train.TrainException;

/**
 * What is minimised.
 *
 * @param labelSmoothing share of the probability that is spread over the vocabulary (Szegedy et al.
 *     2016), 0 for none
 * @param neftuneAlpha strength of the noise on embeddings (Jain et al. 2023), 0 for none; the paper
 *     has 5
 */
public record LossOptions(double labelSmoothing, double neftuneAlpha) {
  /** Cross-entropy alone. */
  public static final LossOptions PLAIN = new LossOptions(0, 0);

  public LossOptions {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)
        || !(neftuneAlpha >= 0 && neftuneAlpha < 1e6)) {
      throw new TrainException(
          "label smoothing %s and NEFTune alpha %s; allowed are [0, 1) and [0, 1000000)"
              .formatted(labelSmoothing, neftuneAlpha));
    }
  }
}
