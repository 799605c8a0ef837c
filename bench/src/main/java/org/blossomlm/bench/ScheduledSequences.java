package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.blossomlm.engine.GeneratedToken;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Scheduler;
import org.blossomlm.engine.SchedulerOptions;

/*
 * Requests do not begin in the same pass: the scheduler may already be on its way with the first when the last arrives,
 * and the last tokens of long contexts are evaluated again in pieces. So answers have no length. The clock starts when the
 * last of them has its first token and stops when the last has the tokens that were asked for since; then all are
 * cancelled. What is counted is what they made in between, all of them running all the time.
 */
/**
 * Sequences that are decoded at the same time as a server does it: requests to the engine's
 * scheduler, whose passes take the next token of each.
 */
final class ScheduledSequences implements AutoCloseable {
  private final Scheduler scheduler;
  private final RandomTokens random;
  private final int count;
  private final List<int[]> contexts = new ArrayList<>();

  /** Tokens that a sequence may be ahead of another, by which its context must be longer. */
  static int lead(int count) {
    return 16 + count;
  }

  ScheduledSequences(LanguageModel model, int count, long seed) {
    this.count = count;
    // Contexts that are evaluated again in part must not trickle in beside answers.
    int promptTokens = Math.max(512, 64 * count);
    this.scheduler =
        model.newScheduler(
            SchedulerOptions.DEFAULT
                .withParallel(count)
                .withQueue(count, count)
                .withPromptTokens(promptTokens, promptTokens));
    this.random = new RandomTokens(model.tokenizer(), seed);
  }

  /** Fills a context for each with {@code depth} tokens of its own. */
  void fill(int depth) {
    contexts.clear();
    for (int i = 0; i < count; i++) {
      contexts.add(random.next(Math.max(1, depth)));
    }
    if (depth > 0) {
      submit(options(0), i -> GenerationListener.NONE);
    }
  }

  /** Seconds in which every sequence makes {@code tokens} tokens. */
  double decode(int tokens) {
    var clock = new Clock(count, tokens);
    submit(options(-1), clock::listener);
    return clock.seconds();
  }

  private GenerationOptions options(int maxTokens) {
    return GenerationOptions.builder().sampling(random.sampling()).maxTokens(maxTokens).build();
  }

  /** The listener of a sequence, by its number. */
  @FunctionalInterface
  private interface Listeners {
    GenerationListener of(int sequence);
  }

  private void submit(GenerationOptions options, Listeners listeners) {
    List<Scheduler.Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(scheduler.submit(contexts.get(i), options, listeners.of(i)));
    }
    for (Scheduler.Request request : requests) {
      try {
        Generation _ = request.completion().join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
  }

  @Override
  public void close() {
    scheduler.close();
  }

  /** Counts the tokens that sequences make while all of them run. */
  private static final class Clock {
    private final int tokens;
    private final boolean[] started;
    private final int[] made;
    private int waiting;
    private int unfinished;
    private long all;
    private long begin;
    private long end;

    Clock(int count, int tokens) {
      this.tokens = tokens;
      started = new boolean[count];
      made = new int[count];
      waiting = count;
      unfinished = count;
    }

    GenerationListener listener(int sequence) {
      return new GenerationListener() {
        @Override
        public void onToken(GeneratedToken token) {
          made(sequence);
        }

        @Override
        public boolean cancelled() {
          return finished();
        }
      };
    }

    private synchronized boolean finished() {
      return unfinished == 0;
    }

    private synchronized void made(int sequence) {
      if (unfinished == 0) {
        return;
      }
      if (!started[sequence]) {
        started[sequence] = true;
        waiting--;
        begin = System.nanoTime();
        return;
      }
      if (waiting > 0) {
        return;
      }
      all++;
      made[sequence]++;
      if (made[sequence] == tokens && --unfinished == 0) {
        end = System.nanoTime();
      }
    }

    /** Of as many tokens as were asked for, at the speed of those that were made. */
    synchronized double seconds() {
      if (unfinished > 0) {
        throw new IllegalStateException(
            "%d of %d sequences ended before they had made %d tokens"
                .formatted(unfinished, made.length, tokens));
      }
      return (end - begin) / 1e9 * ((double) tokens * made.length / all);
    }
  }
}
