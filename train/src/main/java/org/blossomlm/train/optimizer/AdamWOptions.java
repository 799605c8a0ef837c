package org.blossomlm.train.optimizer;

import org.blossomlm.train.TrainException;

/**
 * AdamW (Loshchilov & Hutter 2019).
 *
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the root of the latter
 * @param weightDecay of matrices; norms, biases and magnitudes are not decayed
 */
public record AdamWOptions(double beta1, double beta2, double epsilon, double weightDecay) {
  public static final AdamWOptions DEFAULT = new AdamWOptions(0.9, 0.999, 1e-8, 0);

  public AdamWOptions {
    if (!(beta1 >= 0 && beta1 < 1)
        || !(beta2 >= 0 && beta2 < 1)
        || !(epsilon > 0 && epsilon < 1)
        || !(weightDecay >= 0 && weightDecay < 1e3)) {
      throw new TrainException(
          "AdamW with betas %s and %s, epsilon %s and weight decay %s; betas lie in [0, 1), epsilon"
                  .formatted(beta1, beta2, epsilon, weightDecay)
              + " in (0, 1), weight decay in [0, 1000)");
    }
  }
}
