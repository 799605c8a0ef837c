package org.blossomlm.train.loop;

import org.blossomlm.train.TrainException;

/**
 * How a run goes.
 *
 * @param accumulate micro-batches of a step
 * @param clip longest gradient, infinite for any
 * @param evaluateEvery steps between evaluations, 0 for none but the last
 * @param checkpointEvery steps between checkpoints, 0 for none but the last
 * @param keptCheckpoints how many of the latest stay, beside the best
 * @param patience evaluations without a better loss after which the run ends, 0 for never
 * @param averageDecay of the weights' moving average, which is what is evaluated then; 0 for none
 * @param seed of dropout and noise
 * @param fingerprint of what must not change when a run goes on: model, data, configuration
 */
public record LoopOptions(
    int accumulate,
    double clip,
    long evaluateEvery,
    long checkpointEvery,
    int keptCheckpoints,
    int patience,
    double averageDecay,
    long seed,
    String fingerprint) {
  public LoopOptions {
    if (accumulate < 1
        || !(clip > 0)
        || evaluateEvery < 0
        || checkpointEvery < 0
        || keptCheckpoints < 1
        || patience < 0
        || !(averageDecay >= 0 && averageDecay < 1)) {
      throw new TrainException(
          "%d micro-batches a step, gradients up to %s, evaluation every %d and checkpoints every %d"
                  .formatted(accumulate, clip, evaluateEvery, checkpointEvery)
              + " steps of which %d stay, patience %d, average %s: the first, second and fifth are"
                  .formatted(keptCheckpoints, patience, averageDecay)
              + " above 0, the last below 1, none negative");
    }
  }
}
