package org.blossomlm.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.blossomlm.engine.GeneratedToken;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.engine.Session;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * A session that measures run on: random tokens, the likeliest next one, and no end before the
 * tokens that were asked for are there.
 */
final class TestSequence implements AutoCloseable {
  private final Session session;
  private final int[] ordinary;
  private final SplittableRandom random;
  private final SamplingOptions sampling;
  private int[] context = {};

  TestSequence(LanguageModel model, long seed) {
    this.session = model.newSession();
    Tokenizer tokenizer = model.tokenizer();
    this.ordinary =
        IntStream.range(0, tokenizer.vocabularySize())
            .filter(id -> !tokenizer.isSpecial(id))
            .toArray();
    this.random = new SplittableRandom(seed);
    Map<Integer, Float> never = new HashMap<>();
    tokenizer.endOfGeneration().forEach(id -> never.put(id, Float.NEGATIVE_INFINITY));
    this.sampling =
        SamplingOptions.DEFAULT.toBuilder().temperature(0).logitBias(never).seed(1).build();
  }

  /** Seconds of a prompt, and until the first token of its answer. */
  record PromptTime(double prompt, double firstToken) {}

  /** Fills the context with {@code depth} tokens; every measurement starts after these. */
  void fill(int depth) {
    context = randomTokens(depth);
    if (depth > 0) {
      generate(context, 0, GenerationListener.NONE);
    }
  }

  /**
   * Evaluates {@code tokens} new tokens after the filled context, and takes one token of the
   * answer.
   */
  PromptTime prompt(int tokens) {
    int[] prompt = Arrays.copyOf(context, context.length + tokens);
    System.arraycopy(randomTokens(tokens), 0, prompt, context.length, tokens);
    long[] first = {0};
    long start = System.nanoTime();
    Generation generation =
        generate(
            prompt,
            1,
            new GenerationListener() {
              @Override
              public void onToken(GeneratedToken token) {
                first[0] = System.nanoTime() - start;
              }
            });
    // A prompt of random tokens may begin like the one before; more than that was not computed.
    if (generation.cachedTokens() < context.length
        || generation.cachedTokens() > context.length + tokens / 2) {
      throw new IllegalStateException(
          "%d tokens of a prompt came from the cache, expected were %d"
              .formatted(generation.cachedTokens(), context.length));
    }
    return new PromptTime(generation.promptTime().toNanos() / 1e9, first[0] / 1e9);
  }

  /**
   * Decodes {@code tokens} tokens after the filled context, in as many steps: the first step
   * evaluates the last token of the context again.
   */
  void decode(int tokens) {
    int[] prompt = context.length == 0 ? randomTokens(1) : context;
    Generation generation = generate(prompt, tokens, GenerationListener.NONE);
    if (generation.tokens().size() != tokens) {
      throw new IllegalStateException(
          "decoding ended after %d of %d tokens: %s"
              .formatted(generation.tokens().size(), tokens, generation.finishReason()));
    }
  }

  private Generation generate(int[] prompt, int maxTokens, GenerationListener listener) {
    GenerationOptions options =
        GenerationOptions.builder().sampling(sampling).maxTokens(maxTokens).build();
    return session.generate(prompt, options, listener);
  }

  private int[] randomTokens(int count) {
    return random.ints(count, 0, ordinary.length).map(i -> ordinary[i]).toArray();
  }

  @Override
  public void close() {
    session.close();
  }
}
