package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import org.blossomlm.data.teacher.Completion.Usage;

/**
 * What one teacher did and cost so far.
 *
 * @param answered calls that were answered now
 * @param cached calls that the cache answered
 * @param failed calls without an answer
 * @param retries attempts after the first of a call
 * @param usage tokens of the calls that were answered now
 * @param estimated of these calls, how many came without a count of tokens
 * @param cost of these calls in USD; of those without a known price nothing
 * @param unpriced calls whose price is not known
 * @param saved what the calls that the cache answered would have cost, in USD
 */
public record TeacherCosts(
    long answered,
    long cached,
    long failed,
    long retries,
    Usage usage,
    long estimated,
    BigDecimal cost,
    long unpriced,
    BigDecimal saved) {
  static final TeacherCosts NONE =
      new TeacherCosts(0, 0, 0, 0, Usage.NONE, 0, BigDecimal.ZERO, 0, BigDecimal.ZERO);

  TeacherCosts plus(TeacherCosts other) {
    return new TeacherCosts(
        answered + other.answered,
        cached + other.cached,
        failed + other.failed,
        retries + other.retries,
        usage.plus(other.usage),
        estimated + other.estimated,
        cost.add(other.cost),
        unpriced + other.unpriced,
        saved.add(other.saved));
  }
}
