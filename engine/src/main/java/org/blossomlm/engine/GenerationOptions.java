package org.blossomlm.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How one answer is generated.
 *
 * @param maxTokens at most this many new tokens; -1 has no limit but the context (with {@link
 *     WhenFull#SHIFT} none at all)
 * @param stop strings that end the answer and are not part of it; they may span tokens. The one
 *     that is complete first wins, the longest of several that end together. A string that spells a
 *     special token also ends the answer at that token
 * @param topLogprobs for each token report this many alternatives with log-probabilities; 0 reports
 *     the chosen token's alone, -1 none at all
 * @param whenFull what happens when the context is full
 * @param keepTokens tokens at the start of the context that a shift keeps; -1 keeps the prompt
 * @param draftTokens up to this many tokens are guessed from how the text went on before (prompt
 *     lookup) and checked in one pass; 0 guesses none, 64 is the most. Never changes the answer;
 *     faster where it repeats what is in the prompt
 */
public record GenerationOptions(
    SamplingOptions sampling,
    int maxTokens,
    List<String> stop,
    int topLogprobs,
    WhenFull whenFull,
    int keepTokens,
    int draftTokens) {

  private static final int MOST_DRAFT_TOKENS = 64;

  public static final GenerationOptions DEFAULT =
      new GenerationOptions(SamplingOptions.DEFAULT, -1, List.of(), -1, WhenFull.STOP, 4, 0);

  /** What happens when the context is full. */
  public enum WhenFull {
    /** The answer ends with {@link FinishReason#CONTEXT_FULL}. */
    STOP,
    /** The older half after the kept tokens is forgotten and the answer goes on. */
    SHIFT
  }

  /**
   * @throws IllegalArgumentException naming the option as Ollama's API spells it, what was found
   *     and what is allowed
   */
  public GenerationOptions {
    checkFromMinusOne("num_predict", maxTokens);
    checkFromMinusOne("top_logprobs", topLogprobs);
    checkFromMinusOne("num_keep", keepTokens);
    if (draftTokens < 0 || draftTokens > MOST_DRAFT_TOKENS) {
      throw new IllegalArgumentException(
          "draft_num_predict: found " + draftTokens + ", allowed is 0 to " + MOST_DRAFT_TOKENS);
    }
    stop = List.copyOf(stop);
    for (String text : stop) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException(
            "stop: found an empty string, allowed are strings of one character or more");
      }
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw new IllegalArgumentException(
            "stop: found a string with half a surrogate pair, allowed is valid Unicode");
      }
    }
  }

  private static void checkFromMinusOne(String name, int found) {
    if (found < -1) {
      throw new IllegalArgumentException(name + ": found " + found + ", allowed is -1 or more");
    }
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return DEFAULT.toBuilder();
  }

  /** A builder that starts from these options. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Changes some options and keeps the others. {@link #build()} checks them. */
  public static final class Builder {
    private SamplingOptions sampling;
    private int maxTokens;
    private List<String> stop;
    private int topLogprobs;
    private WhenFull whenFull;
    private int keepTokens;
    private int draftTokens;

    private Builder(GenerationOptions from) {
      this.sampling = from.sampling;
      this.maxTokens = from.maxTokens;
      this.stop = from.stop;
      this.topLogprobs = from.topLogprobs;
      this.whenFull = from.whenFull;
      this.keepTokens = from.keepTokens;
      this.draftTokens = from.draftTokens;
    }

    public Builder sampling(SamplingOptions value) {
      sampling = value;
      return this;
    }

    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    public Builder stop(String... values) {
      stop = List.of(values);
      return this;
    }

    public Builder stop(List<String> values) {
      stop = values;
      return this;
    }

    public Builder topLogprobs(int value) {
      topLogprobs = value;
      return this;
    }

    public Builder whenFull(WhenFull value) {
      whenFull = value;
      return this;
    }

    public Builder keepTokens(int value) {
      keepTokens = value;
      return this;
    }

    public Builder draftTokens(int value) {
      draftTokens = value;
      return this;
    }

    public GenerationOptions build() {
      return new GenerationOptions(
          sampling, maxTokens, stop, topLogprobs, whenFull, keepTokens, draftTokens);
    }
  }
}
