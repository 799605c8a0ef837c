package org.blossomlm.bench;

import java.util.Arrays;
import org.blossomlm.engine.GeneratedToken;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;

/**
 * A session that measures run on: random tokens, the likeliest next one, and no end before the
 * tokens that were asked for are there.
 */
final class TestSequence implements AutoCloseable {
  private final Session session;
  private final RandomTokens random;
  private int[] context = {};

  TestSequence(LanguageModel model, long seed) {
    this.session = model.newSession();
    this.random = new RandomTokens(model.tokenizer(), seed);
  }

  /** Seconds of a prompt, and until the first token of its answer. */
  record PromptTime(double prompt, double firstToken) {}

  /** Fills the context with {@code depth} tokens; every measurement starts after these. */
  void fill(int depth) {
    context = random.next(depth);
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
    System.arraycopy(random.next(tokens), 0, prompt, context.length, tokens);
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
   *
   * @return seconds
   */
  double decode(int tokens) {
    int[] prompt = context.length == 0 ? random.next(1) : context;
    long start = System.nanoTime();
    Generation generation = generate(prompt, tokens, GenerationListener.NONE);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (generation.tokens().size() != tokens) {
      throw new IllegalStateException(
          "decoding ended after %d of %d tokens: %s"
              .formatted(generation.tokens().size(), tokens, generation.finishReason()));
    }
    return seconds;
  }

  private Generation generate(int[] prompt, int maxTokens, GenerationListener listener) {
    GenerationOptions options =
        GenerationOptions.builder().sampling(random.sampling()).maxTokens(maxTokens).build();
    return session.generate(prompt, options, listener);
  }

  @Override
  public void close() {
    session.close();
  }
}
