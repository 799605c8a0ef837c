package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.blossomlm.engine.LanguageModel;

/*
 * Each sequence has a session and a thread of its own; the sessions take turns on the decoder. This is where the engine's
 * scheduler (org.blossomlm.engine.Scheduler), which puts steps of many sequences into one forward pass, takes over: it
 * replaces the threads in decode(), and nothing else changes.
 */
/** Sequences that are decoded at the same time. */
final class SequenceGroup implements AutoCloseable {
  private final List<TestSequence> sequences = new ArrayList<>();
  private final ExecutorService threads;

  SequenceGroup(LanguageModel model, int count) {
    threads = Executors.newFixedThreadPool(count);
    for (int i = 0; i < count; i++) {
      sequences.add(new TestSequence(model, i));
    }
  }

  /** Fills the contexts of all; see {@link TestSequence#fill}. */
  void fill(int depth) {
    sequences.forEach(sequence -> sequence.fill(depth));
  }

  /** Seconds to decode {@code tokens} tokens in every sequence. */
  double decode(int tokens) {
    List<Callable<Boolean>> work = new ArrayList<>();
    for (TestSequence sequence : sequences) {
      work.add(() -> {
        sequence.decode(tokens);
        return true;
      });
    }
    long start = System.nanoTime();
    try {
      for (Future<Boolean> done : threads.invokeAll(work)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    threads.close();
    sequences.forEach(TestSequence::close);
  }
}
