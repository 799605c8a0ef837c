package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What calls will cost, before they are made: tokens are counted by rules of thumb, and each answer
 * is taken to be as long as it may be.
 *
 * @param calls how many
 * @param cached of these, how many the cache answers
 * @param promptTokens of the calls that are to be paid
 * @param completionTokens of their answers
 * @param cost in USD; empty where the price of a model is not known
 */
public record Estimate(
    long calls, long cached, long promptTokens, long completionTokens, Optional<BigDecimal> cost) {
  public static final Estimate NOTHING = new Estimate(0, 0, 0, 0, Optional.of(BigDecimal.ZERO));

  public Estimate plus(Estimate other) {
    return new Estimate(
        calls + other.calls,
        cached + other.cached,
        promptTokens + other.promptTokens,
        completionTokens + other.completionTokens,
        cost.flatMap(mine -> other.cost.map(mine::add)));
  }

  /** The same for so many calls of the kind that these are a sample of. */
  public Estimate scaledTo(long total) {
    if (calls == 0) {
      return this;
    }
    double factor = (double) total / calls;
    return new Estimate(
        total,
        Math.round(cached * factor),
        Math.round(promptTokens * factor),
        Math.round(completionTokens * factor),
        cost.map(usd -> usd.multiply(BigDecimal.valueOf(factor))));
  }
}
