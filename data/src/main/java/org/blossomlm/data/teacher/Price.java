package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import org.blossomlm.data.teacher.Completion.Usage;

/**
 * What tokens of a model cost, in USD per million.
 *
 * @param prompt tokens of the prompt
 * @param cachedPrompt those of them that the service had in its cache
 * @param completion tokens of the answer, thoughts included
 */
public record Price(BigDecimal prompt, BigDecimal cachedPrompt, BigDecimal completion) {
  /** Of models on one's own machine. */
  public static final Price FREE = new Price(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  private static final int MILLION_DIGITS = 6;

  /**
   * @throws IllegalArgumentException if a price is negative
   */
  public Price {
    if (prompt.signum() < 0 || cachedPrompt.signum() < 0 || completion.signum() < 0) {
      throw new IllegalArgumentException("a price is negative; allowed are 0 and more");
    }
    prompt = prompt.stripTrailingZeros();
    cachedPrompt = cachedPrompt.stripTrailingZeros();
    completion = completion.stripTrailingZeros();
  }

  /** Prices as text, in USD per million tokens. */
  public static Price of(String prompt, String cachedPrompt, String completion) {
    return new Price(
        new BigDecimal(prompt), new BigDecimal(cachedPrompt), new BigDecimal(completion));
  }

  /** The exact cost in USD. */
  public BigDecimal cost(Usage usage) {
    long fresh = Math.max(0, usage.prompt() - usage.cachedPrompt());
    return prompt
        .multiply(BigDecimal.valueOf(fresh))
        .add(cachedPrompt.multiply(BigDecimal.valueOf(usage.cachedPrompt())))
        .add(completion.multiply(BigDecimal.valueOf(usage.completion())))
        .movePointLeft(MILLION_DIGITS);
  }
}
