package org.blossomlm.engine;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How the next token is chosen. The chain is llama.cpp's: logit bias, penalties, top-k, typical-p,
 * top-p, min-p, temperature, then a draw from {@code seed}. Each step sees the probabilities that
 * the step before it left, normalised again.
 *
 * <pre>{@code
 * var options = model.defaultSampling().toBuilder().temperature(0.2f).seed(42).build();
 * }</pre>
 *
 * @param temperature 0 or less takes the likeliest token, the lowest id where several are likeliest
 * @param topK keeps this many of the likeliest tokens; 0 or -1 keeps all
 * @param topP keeps the fewest tokens whose probabilities reach this sum; 1 keeps all
 * @param minP keeps tokens at least this many times as likely as the likeliest; 0 keeps all
 * @param typicalP keeps the fewest tokens of this sum whose information is nearest to the expected;
 *     1 keeps all
 * @param repeatPenalty divides positive and multiplies other logits of tokens in the window; 1 is
 *     none
 * @param repeatLastN window of the penalties in tokens, those of the prompt included; 0 is none, -1
 *     the whole context
 * @param presencePenalty subtracted from the logits of tokens in the window; 0 is none
 * @param frequencyPenalty subtracted once per occurrence in the window; 0 is none
 * @param logitBias added to the logits of these token ids; negative infinity rules a token out
 * @param seed equal seeds give equal texts; empty or -1 draws a fresh one
 */
public record SamplingOptions(
    float temperature,
    int topK,
    float topP,
    float minP,
    float typicalP,
    float repeatPenalty,
    int repeatLastN,
    float presencePenalty,
    float frequencyPenalty,
    Map<Integer, Float> logitBias,
    OptionalLong seed) {

  /** The seed that stands for "a fresh one each time". */
  static final long FRESH_SEED = -1;

  /** Ollama's defaults. */
  public static final SamplingOptions DEFAULT =
      new SamplingOptions(0.8f, 40, 0.9f, 0f, 1f, 1f, 64, 0f, 0f, Map.of(), OptionalLong.empty());

  /** What BlossomLM's models were published with. */
  public static final SamplingOptions BLOSSOM =
      new SamplingOptions(
          0.5f, 50, 0.85f, 0f, 1f, 1.05f, 64, 0f, 0f, Map.of(), OptionalLong.empty());

  /**
   * @throws IllegalArgumentException naming the option as Ollama's API spells it, what was found
   *     and what is allowed
   */
  public SamplingOptions {
    check(Float.isFinite(temperature), "temperature", temperature, "any finite number");
    check(topK >= -1, "top_k", topK, "-1 or more");
    check(topP >= 0 && topP <= 1, "top_p", topP, "0 to 1");
    check(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1");
    check(typicalP >= 0 && typicalP <= 1, "typical_p", typicalP, "0 to 1");
    check(
        repeatPenalty > 0 && Float.isFinite(repeatPenalty),
        "repeat_penalty",
        repeatPenalty,
        "any number greater than 0");
    check(repeatLastN >= -1, "repeat_last_n", repeatLastN, "-1 or more");
    check(
        Float.isFinite(presencePenalty), "presence_penalty", presencePenalty, "any finite number");
    check(
        Float.isFinite(frequencyPenalty),
        "frequency_penalty",
        frequencyPenalty,
        "any finite number");
    logitBias = Map.copyOf(logitBias);
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      check(bias.getKey() >= 0, "logit_bias", "token " + bias.getKey(), "token ids from 0");
      check(
          bias.getValue() < Float.POSITIVE_INFINITY,
          "logit_bias",
          bias.getValue() + " for token " + bias.getKey(),
          "any number less than Infinity");
    }
  }

  private static void check(boolean fine, String name, Object found, String allowed) {
    if (!fine) {
      throw new IllegalArgumentException(name + ": found " + found + ", allowed is " + allowed);
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
    private float temperature;
    private int topK;
    private float topP;
    private float minP;
    private float typicalP;
    private float repeatPenalty;
    private int repeatLastN;
    private float presencePenalty;
    private float frequencyPenalty;
    private Map<Integer, Float> logitBias;
    private OptionalLong seed;

    private Builder(SamplingOptions from) {
      this.temperature = from.temperature;
      this.topK = from.topK;
      this.topP = from.topP;
      this.minP = from.minP;
      this.typicalP = from.typicalP;
      this.repeatPenalty = from.repeatPenalty;
      this.repeatLastN = from.repeatLastN;
      this.presencePenalty = from.presencePenalty;
      this.frequencyPenalty = from.frequencyPenalty;
      this.logitBias = from.logitBias;
      this.seed = from.seed;
    }

    public Builder temperature(float value) {
      temperature = value;
      return this;
    }

    public Builder topK(int value) {
      topK = value;
      return this;
    }

    public Builder topP(float value) {
      topP = value;
      return this;
    }

    public Builder minP(float value) {
      minP = value;
      return this;
    }

    public Builder typicalP(float value) {
      typicalP = value;
      return this;
    }

    public Builder repeatPenalty(float value) {
      repeatPenalty = value;
      return this;
    }

    public Builder repeatLastN(int value) {
      repeatLastN = value;
      return this;
    }

    public Builder presencePenalty(float value) {
      presencePenalty = value;
      return this;
    }

    public Builder frequencyPenalty(float value) {
      frequencyPenalty = value;
      return this;
    }

    public Builder logitBias(Map<Integer, Float> value) {
      logitBias = value;
      return this;
    }

    public Builder seed(long value) {
      seed = OptionalLong.of(value);
      return this;
    }

    public SamplingOptions build() {
      return new SamplingOptions(
          temperature,
          topK,
          topP,
          minP,
          typicalP,
          repeatPenalty,
          repeatLastN,
          presencePenalty,
          frequencyPenalty,
          logitBias,
          seed);
    }
  }
}
