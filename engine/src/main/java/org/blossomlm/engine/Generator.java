package org.blossomlm.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/*
 * The text is prompt and answer so far; the sequence holds its first `fed` tokens, less what shifts have discarded. Each
 * step feeds some more. When the last known token has been fed, its logits give the next. Guesses are fed along with it,
 * behind the end of the text; each that turns out to be what is sampled has been fed already, and its logits are at hand.
 * The sampler sees the same logits in the same order with guesses or without.
 *
 * Everything that was fed can be fed again from an empty sequence, shifts included, to the same bits. So a scheduler can
 * take a sequence's memory away and let it go on later.
 */
/**
 * One answer in the making, step by step: {@link #prepare} says what to evaluate next, the caller
 * evaluates it, {@link #accept} takes the logits; until there is a {@link #result}.
 *
 * <p>The sequence never runs ahead: between steps it holds exactly what was evaluated, so wherever
 * an answer is left (a stop, a cancellation, an exception of the listener) the next one can start
 * from there.
 */
final class Generator {
  private final Evaluator evaluator;
  private final GenerationOptions options;
  private final GenerationListener listener;
  private final LogitRows logits;
  private final int promptLength;
  private final Sampler sampler;
  private final LogProbabilities logProbabilities;
  private final AnswerText answer;
  private final BitSet endTokens;
  private final PromptLookup lookup;
  private final List<GeneratedToken> tokens = new ArrayList<>();

  private int[] text;
  private int length;

  /** Tokens of the text in the sequence or discarded by shifts, and the most there ever were. */
  private int fed;

  private int reached;
  private int shifts;
  private int shiftsHeard;

  // The step at hand.
  private int count;
  private int guesses;

  private boolean begun;
  private long started;
  private long prompted;
  private int cached;
  private int guessed;
  private int rightGuesses;
  private @Nullable Generation result;

  /**
   * @param logits where the caller puts the logits of each step; used for one answer at a time
   * @throws IllegalArgumentException if a logit bias is for a token outside the vocabulary
   */
  Generator(
      Evaluator evaluator,
      Tokenizer tokenizer,
      int[] prompt,
      GenerationOptions options,
      GenerationListener listener,
      LogitRows logits) {
    this.evaluator = evaluator;
    this.options = options;
    this.listener = listener;
    this.logits = logits;
    this.promptLength = prompt.length;
    this.text = Arrays.copyOf(prompt, prompt.length + 64);
    this.length = prompt.length;
    this.sampler =
        new Sampler(options.sampling(), tokenizer.vocabularySize(), evaluator.contextLength());
    this.sampler.acceptPrompt(prompt);
    this.logProbabilities =
        new LogProbabilities(tokenizer.vocabularySize(), Math.max(0, options.topLogprobs()));
    this.answer =
        new AnswerText(
            tokenizer.streamDecoder(prompt.clone(), false),
            new StopStrings(options.stop()),
            listener);
    this.endTokens = endTokens(tokenizer, options);
    this.lookup = new PromptLookup(options.draftTokens());
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
   * @throws OutOfMemoryException if the KV cache has no room
   * @throws org.blossomlm.model.ModelException if the model's logits are no numbers
   */
  static Generation generate(
      Evaluator evaluator,
      Tokenizer tokenizer,
      int[] prompt,
      GenerationOptions options,
      GenerationListener listener) {
    check(prompt, options, tokenizer.vocabularySize(), evaluator.contextLength());
    LogitRows logits = new LogitRows();
    Generator generator = new Generator(evaluator, tokenizer, prompt, options, listener, logits);
    while (generator.prepare(evaluator.chunkSize())) {
      evaluator.evaluate(generator.text(), generator.from(), generator.to(), logits);
      generator.accept();
    }
    return generator.result();
  }

  /**
   * @throws IllegalArgumentException if the prompt is empty, or a token of the prompt or of a logit
   *     bias is outside the vocabulary
   * @throws ContextLengthException if the prompt is longer than the context
   */
  static void check(
      int[] prompt, GenerationOptions options, int vocabularySize, int contextLength) {
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
    Sampler.checkBias(options.sampling(), vocabularySize);
  }

  /** Whether the logits after the prompt are still to come. */
  boolean readsPrompt() {
    return reached < promptLength;
  }

  /** Tokens of prompt and answer that are known but not evaluated. */
  int remaining() {
    return length - fed;
  }

  /** Tokens of the prompt that did not have to be evaluated. */
  int reusedTokens() {
    return cached;
  }

  /** Tokens of prompt and answer so far. */
  int length() {
    return length;
  }

  /**
   * Decides what to evaluate next.
   *
   * @param limit tokens at most
   * @return false if the answer has ended
   * @throws OutOfMemoryException if a shift needs memory that is lacking; may be called again
   */
  boolean prepare(int limit) {
    if (result != null) {
      return false;
    }
    begin();
    if (listener.cancelled()) {
      finish(FinishReason.CANCELLED);
      return false;
    }
    reuse();
    if (evaluator.length() >= evaluator.contextLength() && !shift()) {
      finish(FinishReason.CONTEXT_FULL);
      return false;
    }
    int room = Math.min(limit, evaluator.contextLength() - evaluator.length());
    plan(Math.min(room, remaining()));
    if (count == remaining() && !tokens.isEmpty() && options.draftTokens() > 0) {
      int useful =
          options.maxTokens() < 0 ? Integer.MAX_VALUE : options.maxTokens() - tokens.size() - 1;
      makeRoom(options.draftTokens());
      plan(count + lookup.guess(text, length, Math.min(room - count, useful)));
    }
    return true;
  }

  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    started = System.nanoTime();
    fed = evaluator.reuse(text, promptLength - 1);
    reached = fed;
    cached = fed;
    listener.onPrompt(fed, promptLength);
  }

  /**
   * Takes over what other sequences have computed meanwhile. The last token always is evaluated:
   * the cache holds keys and values, but the answer goes on from logits.
   */
  private void reuse() {
    boolean asFar = shifts == 0 && remaining() > 1;
    if (asFar) {
      int before = fed;
      fed = evaluator.reuse(text, Math.min(length - 1, evaluator.contextLength()));
      if (before == reached) {
        cached += Math.min(fed, promptLength) - before;
        reached = fed;
      }
    }
  }

  private void plan(int tokens) {
    count = tokens;
    guesses = Math.max(0, fed + count - length);
    logits.expect(fed + count >= length ? 1 + guesses : 0);
  }

  /** Makes the prepared step smaller. */
  void shrink(int tokens) {
    plan(Math.min(count, tokens));
  }

  /** The tokens to evaluate are {@code [from, to)} of these. */
  int[] text() {
    return text;
  }

  int from() {
    return fed;
  }

  int to() {
    return fed + count;
  }

  /** Receives the logits that the prepared step wants. */
  LogitRows logits() {
    return logits;
  }

  /** Takes note that the prepared step has been evaluated. */
  void accept() {
    int end = fed + count;
    boolean read = readsPrompt();
    fed = Math.min(end, length);
    if (fed > reached) {
      reached = fed;
      if (read) {
        listener.onPrompt(Math.min(reached, promptLength), promptLength);
      }
    }
    if (fed < length) {
      return;
    }
    if (prompted == 0) {
      prompted = System.nanoTime();
    }
    guessed += guesses;
    int right = 0;
    while (next(right) && result == null) {
      right++;
    }
    lookup.learn(guesses, right);
    fed += right;
    reached = Math.max(reached, fed);
    if (end > fed) {
      evaluator.truncate(evaluator.length() - (end - fed));
    }
  }

  /**
   * Samples from the logits after the last token of the text or after guess {@code index - 1}.
   * Returns whether the token is the next guess.
   */
  private boolean next(int index) {
    if (options.maxTokens() == 0) {
      finish(FinishReason.LENGTH);
      return false;
    }
    boolean askedAlready = index == 0 && !tokens.isEmpty();
    if (!askedAlready && listener.cancelled()) {
      finish(FinishReason.CANCELLED);
      return false;
    }
    float[] row = logits.row(index);
    int token = sampler.sample(row);
    if (endTokens.get(token)) {
      finish(FinishReason.STOP);
      return false;
    }
    makeRoom(1);
    boolean right = index < guesses && text[length] == token;
    text[length++] = token;
    rightGuesses += right ? 1 : 0;
    GeneratedToken generated = describe(row, token);
    tokens.add(generated);
    listener.onToken(generated);
    if (answer.accept(token)) {
      finish(FinishReason.STOP);
    } else if (tokens.size() == options.maxTokens()) {
      finish(FinishReason.LENGTH);
    }
    return right;
  }

  private void makeRoom(int more) {
    if (length + more > text.length) {
      text = Arrays.copyOf(text, Math.max(length + more, 2 * text.length));
    }
  }

  private GeneratedToken describe(float[] row, int token) {
    return options.topLogprobs() < 0
        ? new GeneratedToken(token, Float.NaN, List.of())
        : logProbabilities.of(row, token);
  }

  /**
   * Forgets the older half of what follows the kept tokens, as llama.cpp does; of the context at
   * least four tokens are never kept, or there would be nothing to forget.
   */
  private boolean shift() {
    if (options.whenFull() == WhenFull.STOP) {
      return false;
    }
    int asked = options.keepTokens() < 0 ? promptLength : options.keepTokens();
    int keep = Math.clamp(evaluator.contextLength() - 4L, 0, asked);
    int discard = (evaluator.length() - keep) / 2;
    if (discard == 0) {
      return false;
    }
    evaluator.shift(keep, discard);
    shifts++;
    if (shifts > shiftsHeard) {
      shiftsHeard = shifts;
      listener.onShift(discard);
    }
    return true;
  }

  /** The sequence has been emptied: everything is fed again. */
  void rewind() {
    fed = 0;
    shifts = 0;
  }

  /** Whether there is a {@link #result}. */
  boolean ended() {
    return result != null;
  }

  /** Ends the answer as it is, unless it has ended. */
  void cancel() {
    if (result == null) {
      finish(FinishReason.CANCELLED);
    }
  }

  private void finish(FinishReason reason) {
    long now = System.nanoTime();
    boolean stopped = answer.finish();
    long promptEnd = prompted == 0 ? now : prompted;
    result =
        new Generation(
            answer.toString(),
            List.copyOf(tokens),
            stopped ? FinishReason.STOP : reason,
            promptLength,
            cached,
            guessed,
            rightGuesses,
            Duration.ofNanos(promptEnd - (begun ? started : now)),
            Duration.ofNanos(System.nanoTime() - promptEnd));
  }

  /**
   * The finished answer.
   *
   * @throws IllegalStateException if it is not finished
   */
  Generation result() {
    if (result == null) {
      throw new IllegalStateException("the answer is not finished");
    }
    return result;
  }
}
