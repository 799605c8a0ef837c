package org.blossomlm.train.optimizer;

import org.blossomlm.train.TrainException;

/**
 * The learning rate of each step: a linear warm-up from nothing, then a schedule.
 *
 * @param peak after the warm-up
 * @param warmUp steps until the peak is reached
 * @param total steps of the run
 * @param floor share of the peak at the end
 */
public record LearningRate(Schedule schedule, double peak, long warmUp, long total, double floor) {
  /** How it falls after the warm-up. */
  public sealed interface Schedule {
    /** Not at all. */
    record Constant() implements Schedule {}

    /** In a straight line. */
    record Linear() implements Schedule {}

    /** Half a cosine (Loshchilov & Hutter 2017). */
    record Cosine() implements Schedule {}

    /**
     * Warm-up, stable, decay (Hu et al. 2024): in a straight line over the last part.
     *
     * @param decay share of the total steps that this part has
     */
    record StableDecay(double decay) implements Schedule {}
  }

  public LearningRate {
    if (!(peak > 0 && peak < 1e3)
        || warmUp < 0
        || total < 1
        || warmUp > total
        || !(floor >= 0 && floor <= 1)) {
      throw new TrainException(
          "a learning rate of %s with %d of %d steps of warm-up down to %s of it; the rate lies"
                  .formatted(peak, warmUp, total, floor)
              + " above 0, the warm-up within the run, the last share in [0, 1]");
    }
    if (schedule instanceof Schedule.StableDecay(double decay) && !(decay > 0 && decay <= 1)) {
      throw new TrainException(
          "the decay takes %s of the run; allowed is a share in (0, 1]".formatted(decay));
    }
  }

  /**
   * The rate of a step.
   *
   * @param step from 1; the first has a rate above zero, the last the smallest
   */
  public double at(long step) {
    if (step <= warmUp) {
      return peak * step / warmUp;
    }
    double done = total == warmUp ? 1 : (double) (step - warmUp) / (total - warmUp);
    return peak * (floor + (1 - floor) * share(Math.min(1, done), step));
  }

  /** From 1 to 0. */
  private double share(double done, long step) {
    return switch (schedule) {
      case Schedule.Constant() -> 1;
      case Schedule.Linear() -> 1 - done;
      case Schedule.Cosine() -> (1 + Math.cos(Math.PI * done)) / 2;
      case Schedule.StableDecay(double decay) -> {
        double last = Math.max(1, Math.min(decay * total, total - warmUp));
        yield Math.clamp((total - step) / last, 0, 1);
      }
    };
  }
}
