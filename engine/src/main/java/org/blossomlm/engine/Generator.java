package org.blossomlm.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Generates one answer: prompt into the sequence, then token after token until something ends it.
 * The sequence never runs ahead: it holds exactly what was evaluated, so wherever an answer is left
 * (a stop, a cancellation, an exception of the listener) the next one can start from there.
 */
final class Generator {
  private final Evaluator evaluator;
  private final GenerationOptions options;
  private final GenerationListener listener;
  private final int[] prompt;
  private final Sampler sampler;
  private final LogProbabilities logProbabilities;
  private final AnswerText text;
  private final BitSet endTokens;
  private final List<GeneratedToken> tokens = new ArrayList<>();
  private final int[] next = new int[1];

  private Generator(
      Evaluator evaluator,
      Tokenizer tokenizer,
      int[] prompt,
      GenerationOptions options,
      GenerationListener listener) {
    this.evaluator = evaluator;
    this.options = options;
    this.listener = listener;
    this.prompt = prompt.clone();
    this.sampler =
        new Sampler(options.sampling(), tokenizer.vocabularySize(), evaluator.contextLength());
    this.logProbabilities =
        new LogProbabilities(tokenizer.vocabularySize(), Math.max(0, options.topLogprobs()));
    this.text =
        new AnswerText(
            tokenizer.streamDecoder(this.prompt, false), new StopStrings(options.stop()), listener);
    this.endTokens = endTokens(tokenizer, options);
  }

  /** A stop string may be the spelling of a special token, which decodes to no text. */
  private static BitSet endTokens(Tokenizer tokenizer, GenerationOptions options) {
    BitSet ends = new BitSet();
    tokenizer.endOfGeneration().forEach(ends::set);
    for (String stop : options.stop()) {
      tokenizer.id(stop).stream().filter(tokenizer::isSpecial).forEach(ends::set);
    }
    return ends;
  }

  /**
   * Evaluates {@code prompt} from where it differs from what the sequence holds, and generates.
   *
   * @throws IllegalArgumentException if the prompt is empty, or a token of the prompt or of a logit
   *     bias is outside the vocabulary
   * @throws ContextLengthException if the prompt is longer than the context; nothing was changed
   * @throws org.blossomlm.model.ModelException if the model's logits are no numbers
   */
  static Generation generate(
      Evaluator evaluator,
      Tokenizer tokenizer,
      int[] prompt,
      GenerationOptions options,
      GenerationListener listener) {
    checkPrompt(prompt, tokenizer.vocabularySize(), evaluator.contextLength());
    return new Generator(evaluator, tokenizer, prompt, options, listener).generate();
  }

  private static void checkPrompt(int[] prompt, int vocabularySize, int contextLength) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt is empty; it needs at least one token");
    }
    if (prompt.length > contextLength) {
      throw new ContextLengthException(prompt.length, contextLength);
    }
    for (int i = 0; i < prompt.length; i++) {
      if (prompt[i] < 0 || prompt[i] >= vocabularySize) {
        throw new IllegalArgumentException(
            "prompt token "
                + i
                + ": found "
                + prompt[i]
                + ", allowed are the ids of the vocabulary, 0 to "
                + (vocabularySize - 1));
      }
    }
  }

  private Generation generate() {
    long started = System.nanoTime();
    int cached = commonPrefix();
    float @Nullable [] logits = evaluatePrompt(cached);
    long prompted = System.nanoTime();
    sampler.acceptPrompt(prompt);
    FinishReason reason = logits == null ? FinishReason.CANCELLED : answer(logits);
    if (text.finish()) {
      reason = FinishReason.STOP;
    }
    return new Generation(
        text.toString(),
        List.copyOf(tokens),
        reason,
        prompt.length,
        cached,
        Duration.ofNanos(prompted - started),
        Duration.ofNanos(System.nanoTime() - prompted));
  }

  /**
   * How many tokens need not be evaluated again. The last one of the prompt always is: the cache
   * holds keys and values, but the answer starts from logits.
   */
  private int commonPrefix() {
    int limit = Math.min(evaluator.length(), prompt.length - 1);
    int common = 0;
    while (common < limit && evaluator.tokenAt(common) == prompt[common]) {
      common++;
    }
    return common;
  }

  /** Returns the logits after the prompt, or null if the listener cancelled. */
  private float @Nullable [] evaluatePrompt(int cached) {
    if (evaluator.length() > cached) {
      evaluator.truncate(cached);
    }
    int done = cached;
    listener.onPrompt(done, prompt.length);
    float @Nullable [] logits = null;
    while (done < prompt.length) {
      if (listener.cancelled()) {
        return null;
      }
      int end = (int) Math.min(prompt.length, (long) done + evaluator.chunkSize());
      logits = evaluator.evaluate(prompt, done, end);
      done = end;
      listener.onPrompt(done, prompt.length);
    }
    return logits;
  }

  private FinishReason answer(float[] promptLogits) {
    float[] logits = promptLogits;
    while (true) {
      if (tokens.size() == options.maxTokens()) {
        return FinishReason.LENGTH;
      }
      if (listener.cancelled()) {
        return FinishReason.CANCELLED;
      }
      if (!tokens.isEmpty()) {
        if (evaluator.length() >= evaluator.contextLength() && !shift()) {
          return FinishReason.CONTEXT_FULL;
        }
        logits = evaluator.evaluate(next, 0, 1);
      }
      int token = sampler.sample(logits);
      if (endTokens.get(token)) {
        return FinishReason.STOP;
      }
      GeneratedToken generated = describe(logits, token);
      tokens.add(generated);
      listener.onToken(generated);
      if (text.accept(token)) {
        return FinishReason.STOP;
      }
      next[0] = token;
    }
  }

  private GeneratedToken describe(float[] logits, int token) {
    return options.topLogprobs() < 0
        ? new GeneratedToken(token, Float.NaN, List.of())
        : logProbabilities.of(logits, token);
  }

  /**
   * Forgets the older half of what follows the kept tokens, as llama.cpp does; of the context at
   * least four tokens are never kept, or there would be nothing to forget.
   */
  private boolean shift() {
    if (options.whenFull() == WhenFull.STOP) {
      return false;
    }
    int asked = options.keepTokens() < 0 ? prompt.length : options.keepTokens();
    int keep = Math.clamp(evaluator.contextLength() - 4L, 0, asked);
    int discard = (evaluator.length() - keep) / 2;
    if (discard == 0) {
      return false;
    }
    evaluator.shift(keep, discard);
    listener.onShift(discard);
    return true;
  }
}
