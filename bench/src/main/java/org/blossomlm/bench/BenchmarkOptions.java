package org.blossomlm.bench;

import java.util.Collections;
import java.util.List;

/**
 * What to measure: every combination of a depth with a prompt length, and of a depth with a number
 * of decoded tokens and a number of sequences.
 *
 * @param prompts lengths of prompts in tokens
 * @param generations numbers of tokens to decode, one after another
 * @param depths tokens that are in the context before
 * @param sequences how many sequences are decoded at the same time
 * @param repetitions of each test, after a warm-up
 */
public record BenchmarkOptions(
    List<Integer> prompts,
    List<Integer> generations,
    List<Integer> depths,
    List<Integer> sequences,
    int repetitions) {

  /** What llama-bench measures, and a shorter generation. */
  public static final BenchmarkOptions DEFAULT =
      new BenchmarkOptions(List.of(512), List.of(128), List.of(0), List.of(1), 5);

  /** Of a prompt, an answer, or a depth. */
  public static final int MOST_TOKENS = 1 << 24;

  public static final int MOST_SEQUENCES = 1024;
  public static final int MOST_REPETITIONS = 10_000;

  /**
   * @throws IllegalArgumentException naming what was found and what is allowed
   */
  public BenchmarkOptions {
    prompts = check("prompt lengths", prompts, 1, MOST_TOKENS);
    generations = check("generation lengths", generations, 1, MOST_TOKENS);
    depths = check("depths", depths, 0, MOST_TOKENS);
    sequences = check("numbers of sequences", sequences, 1, MOST_SEQUENCES);
    check("repetitions", List.of(repetitions), 1, MOST_REPETITIONS);
    if (prompts.isEmpty() && generations.isEmpty()) {
      throw new IllegalArgumentException(
          "there is nothing to measure: give a prompt length, or a number of tokens to decode");
    }
    if (depths.isEmpty() || sequences.isEmpty()) {
      throw new IllegalArgumentException("depths and numbers of sequences must not be empty");
    }
  }

  private static List<Integer> check(String what, List<Integer> values, int min, int max) {
    for (int value : values) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            "%s: found %d, allowed is %d to %d".formatted(what, value, min, max));
      }
    }
    return List.copyOf(values);
  }

  /** Tokens that the context of a sequence must hold. */
  public int contextLength() {
    int most = BenchmarkReport.FIRST_PROMPT;
    most = Math.max(most, prompts.isEmpty() ? 0 : Collections.max(prompts));
    most = Math.max(most, generations.isEmpty() ? 0 : Collections.max(generations));
    int together = Collections.max(sequences);
    int lead = together > 1 ? ScheduledSequences.lead(together) : 0;
    // One more: a prompt of a depth's tokens needs room for its answer.
    return Collections.max(depths) + most + lead + 1;
  }
}
