package org.blossomlm.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/*
 * Answers are kept in the order of their admission. Room in the KV cache is made for the older ones first, and taken from
 * the youngest. The oldest can take from all others, and the budget holds a full context, so it always takes part in a
 * pass (or fails, where sessions hold the memory): there is no deadlock. An answer that is not the oldest and finds no
 * room sits the pass out; it keeps what it has until an older one needs that.
 */
/** The answers that have a place, and what each does in the next pass. Not thread-safe. */
final class RunningAnswers {
  /**
   * Tokens up to which a pass costs little more than one token does: weights are read from memory
   * once, and until then the arithmetic keeps up.
   */
  private static final int CHEAP_TOKENS = 32;

  private final KvPagePool pool;
  private final SchedulerOptions options;
  private final List<RunningAnswer> running = new ArrayList<>();

  /** Those whose memory was taken, to be admitted before any others. */
  private final List<RunningAnswer> preempted = new ArrayList<>();

  private final List<RunningAnswer> reading = new ArrayList<>();
  private long pass;
  private long preemptions;

  RunningAnswers(KvPagePool pool, SchedulerOptions options) {
    this.pool = pool;
    this.options = options;
  }

  int size() {
    return running.size();
  }

  int preemptedSize() {
    return preempted.size();
  }

  long preemptions() {
    return preemptions;
  }

  /** Number of the pass that is planned next. */
  long pass() {
    return pass;
  }

  int of(String client) {
    int count = 0;
    for (RunningAnswer answer : running) {
      count += answer.request.client().equals(client) ? 1 : 0;
    }
    for (RunningAnswer answer : preempted) {
      count += answer.request.client().equals(client) ? 1 : 0;
    }
    return count;
  }

  /** Lets preempted answers go on; false if some still have no room, so that no others may come. */
  boolean resume() {
    while (!preempted.isEmpty()) {
      RunningAnswer first = preempted.getFirst();
      if (!hasRoom(first.text(), first.textLength())) {
        return false;
      }
      preempted.removeFirst();
      add(first);
    }
    return true;
  }

  /** Whether there is a place, and room in the KV cache for the first tokens of {@code text}. */
  boolean hasRoom(int[] text, int length) {
    if (running.isEmpty()) {
      return true;
    }
    if (running.size() >= options.parallel()) {
      return false;
    }
    int promised = 0;
    for (RunningAnswer answer : running) {
      promised += answer.pagesToCome();
    }
    return promised + pool.missing(text, length) + 1 <= pool.available();
  }

  void add(RunningAnswer answer) {
    insert(running, answer);
    answer.readIn = pass;
  }

  private static void insert(List<RunningAnswer> ordered, RunningAnswer answer) {
    int at = ordered.size();
    while (at > 0 && ordered.get(at - 1).order > answer.order) {
      at--;
    }
    ordered.add(at, answer);
  }

  /** Takes out and returns those that meet a condition, preempted ones included. */
  List<RunningAnswer> removeAll(Predicate<RunningAnswer> condition) {
    List<RunningAnswer> removed = new ArrayList<>();
    running.removeIf(answer -> condition.test(answer) && removed.add(answer));
    preempted.removeIf(answer -> condition.test(answer) && removed.add(answer));
    return removed;
  }

  /** Decides who does what in the next pass and adds those who take part to {@code staged}. */
  void plan(List<RunningAnswer> staged) {
    pass++;
    reading.clear();
    int answering = 0;
    for (RunningAnswer answer : running) {
      answer.planned = false;
      if (answer.answers()) {
        answering++;
      } else {
        reading.add(answer);
      }
    }
    planAnswers(answering);
    planReading(answering);
    for (int i = 0; i < running.size(); i++) {
      RunningAnswer answer = running.get(i);
      if (answer.planned) {
        answer.planned = makeRoom(answer);
      }
    }
    for (RunningAnswer answer : running) {
      if (answer.planned) {
        staged.add(answer);
      }
    }
  }

  /** One token each, and guesses where these cost little. */
  private void planAnswers(int answering) {
    int limit = reading.isEmpty() ? Math.max(1, CHEAP_TOKENS / Math.max(1, answering)) : 1;
    for (int i = 0; i < running.size(); i++) {
      if (running.get(i).answers()) {
        prepare(running.get(i), limit);
      }
    }
  }

  /** Prompts take turns: who has waited longest comes first, what it leaves goes to the next. */
  private void planReading(int answering) {
    int budget = answering == 0 ? options.promptTokens() : options.promptTokensBesideAnswers();
    reading.sort(Comparator.comparingLong((RunningAnswer a) -> a.readIn));
    for (RunningAnswer answer : reading) {
      if (budget == 0) {
        break;
      }
      if (running.contains(answer) && !waits(answer) && prepare(answer, budget)) {
        answer.readIn = pass;
        budget -= answer.wanted();
      }
    }
  }

  /** A page that an older answer is about to compute is not computed twice. */
  private boolean waits(RunningAnswer answer) {
    for (RunningAnswer other : running) {
      if (answer.waitsFor(other)) {
        return true;
      }
    }
    return false;
  }

  private boolean prepare(RunningAnswer answer, int limit) {
    while (true) {
      try {
        return answer.prepare(limit);
      } catch (OutOfMemoryException e) {
        if (!preemptYoungestAfter(answer)) {
          failIfAlone(answer, e);
          return false;
        }
      } catch (RuntimeException e) {
        answer.fail(e);
        return false;
      }
    }
  }

  private boolean makeRoom(RunningAnswer answer) {
    while (!answer.reserve()) {
      if (!preemptYoungestAfter(answer)) {
        failIfAlone(answer, pool.exhausted());
        return false;
      }
    }
    return true;
  }

  private boolean preemptYoungestAfter(RunningAnswer answer) {
    RunningAnswer youngest = running.getLast();
    if (youngest == answer) {
      return false;
    }
    running.removeLast();
    youngest.preempt();
    insert(preempted, youngest);
    preemptions++;
    return true;
  }

  private void failIfAlone(RunningAnswer answer, OutOfMemoryException reason) {
    if (running.getFirst() == answer) {
      answer.fail(reason);
    }
  }
}
