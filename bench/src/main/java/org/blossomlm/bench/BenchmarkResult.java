package org.blossomlm.bench;

import java.util.Optional;

/**
 * One test and how fast it was.
 *
 * @param kind what was done
 * @param tokens of the prompt, or decoded in each sequence
 * @param depth tokens that were in the context before
 * @param sequences that were decoded at the same time; 1 for prompts
 * @param seconds of each repetition
 * @param firstToken of prompts: seconds from the request to the first token of the answer, with
 *     warm code and the tokens of {@code depth} computed before
 * @param bytes that had to be read from memory
 * @param operations that had to be done, a multiplication and an addition being two
 */
public record BenchmarkResult(
    Kind kind,
    int tokens,
    int depth,
    int sequences,
    Sample seconds,
    Optional<Sample> firstToken,
    double bytes,
    double operations) {

  /** The two ways in which a model is used. */
  public enum Kind {
    /** Tokens that are known are evaluated together. */
    PROMPT,
    /** Tokens are chosen one after another. */
    DECODE
  }

  /** As llama-bench writes it: {@code pp512}, {@code tg128 @ d4096}, {@code tg64 × 8}. */
  public String name() {
    return name(kind, tokens, depth, sequences);
  }

  static String name(Kind kind, int tokens, int depth, int sequences) {
    return (kind == Kind.PROMPT ? "pp" : "tg")
        + tokens
        + (sequences > 1 ? " × " + sequences : "")
        + (depth > 0 ? " @ d" + depth : "");
  }

  /** Tokens of all sequences together, per second. */
  public Sample tokensPerSecond() {
    return new Sample(seconds.values().stream().map(s -> (double) tokens * sequences / s).toList());
  }

  /** Bytes read per second, at the median. */
  public double bytesPerSecond() {
    return bytes / seconds.median();
  }

  /** Operations per second, at the median. */
  public double operationsPerSecond() {
    return operations / seconds.median();
  }
}
