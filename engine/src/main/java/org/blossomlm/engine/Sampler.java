package org.blossomlm.engine;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one answer by llama.cpp's chain: logit bias, penalties, top-k,
 * typical-p, top-p, min-p, temperature, draw. At a temperature of zero or less the likeliest token
 * after bias and penalties is taken, the lowest id where several are likeliest. Every token draws
 * exactly one number, so two answers from one seed stay in step whatever the steps before the draw
 * keep. Not thread-safe.
 */
final class Sampler {
  private final SamplingOptions options;
  private final int vocabularySize;
  private final Candidates candidates = new Candidates();
  private final SplitMix64 random;
  private final @Nullable PenaltyWindow window;
  private final int[] biasedTokens;
  private final float[] biases;
  private float[] adjusted = new float[0];

  /**
   * @param vocabularySize ids from here on are never chosen: some models have more logits than
   *     tokens
   * @param contextLength the window where the options ask for the whole context
   * @throws IllegalArgumentException if a logit bias is for a token outside the vocabulary
   */
  Sampler(SamplingOptions options, int vocabularySize, int contextLength) {
    checkBias(options, vocabularySize);
    this.options = options;
    this.vocabularySize = vocabularySize;
    this.random = new SplitMix64(seed(options));
    this.window = window(options, vocabularySize, contextLength);
    this.biasedTokens = options.logitBias().keySet().stream().mapToInt(id -> id).toArray();
    this.biases = new float[biasedTokens.length];
    for (int i = 0; i < biases.length; i++) {
      biases[i] = options.logitBias().getOrDefault(biasedTokens[i], 0f);
    }
  }

  /**
   * @throws IllegalArgumentException if a logit bias is for a token outside the vocabulary
   */
  static void checkBias(SamplingOptions options, int vocabularySize) {
    for (int token : options.logitBias().keySet()) {
      if (token >= vocabularySize) {
        throw new IllegalArgumentException(
            "logit_bias: found token "
                + token
                + ", allowed are the ids of the vocabulary, 0 to "
                + (vocabularySize - 1));
      }
    }
  }

  private static long seed(SamplingOptions options) {
    long seed = options.seed().orElse(SamplingOptions.FRESH_SEED);
    return seed == SamplingOptions.FRESH_SEED ? new SplittableRandom().nextLong() : seed;
  }

  private static @Nullable PenaltyWindow window(
      SamplingOptions options, int vocabularySize, int contextLength) {
    boolean penalised =
        options.repeatPenalty() != 1
            || options.presencePenalty() != 0
            || options.frequencyPenalty() != 0;
    int length = options.repeatLastN() < 0 ? contextLength : options.repeatLastN();
    return penalised && length > 0
        ? new PenaltyWindow(Math.min(length, contextLength), vocabularySize)
        : null;
  }

  /** The penalties count prompt tokens too. */
  void acceptPrompt(int[] prompt) {
    if (window != null) {
      for (int i = Math.max(0, prompt.length - window.length()); i < prompt.length; i++) {
        window.accept(prompt[i]);
      }
    }
  }

  /**
   * Chooses a token and counts it for the penalties.
   *
   * @param logits left as they are
   * @throws org.blossomlm.model.ModelException if a logit is NaN or plus infinity, or no token is
   *     possible
   */
  int sample(float[] logits) {
    float[] effective = adjust(logits);
    int count = Math.min(logits.length, vocabularySize);
    int token;
    if (options.temperature() <= 0) {
      candidates.load(effective, count, 1);
      token = candidates.id(0);
    } else {
      candidates.load(effective, count, options.topK());
      candidates.typicalP(options.typicalP());
      candidates.topP(options.topP());
      candidates.minP(options.minP());
      token = candidates.draw(options.temperature(), random.nextDouble());
    }
    if (window != null) {
      window.accept(token);
    }
    return token;
  }

  private float[] adjust(float[] logits) {
    if (window == null && biases.length == 0) {
      return logits;
    }
    if (adjusted.length != logits.length) {
      adjusted = new float[logits.length];
    }
    System.arraycopy(logits, 0, adjusted, 0, logits.length);
    for (int i = 0; i < biases.length; i++) {
      if (biasedTokens[i] < adjusted.length) {
        adjusted[biasedTokens[i]] += biases[i];
      }
    }
    if (window != null) {
      window.apply(
          adjusted, options.repeatPenalty(), options.presencePenalty(), options.frequencyPenalty());
    }
    return adjusted;
  }
}
