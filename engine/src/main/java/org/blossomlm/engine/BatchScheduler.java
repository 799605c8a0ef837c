package org.blossomlm.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.blossomlm.engine.kernels.Scratch;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/*
 * One thread goes round: who has ended, who is admitted, what each does in this pass, the pass, and each answer's next
 * token, sampled on the threads of the decoder. Other threads touch nothing but the queue.
 */
/** A scheduler over the sequences of one decoder. */
final class BatchScheduler implements Scheduler {
  private static final System.Logger LOG = System.getLogger(BatchScheduler.class.getName());

  private final SharedDecoder decoder;
  private final KvPagePool pool;
  private final Tokenizer tokenizer;
  private final Supplier<Sequence> sequences;
  private final int contextLength;
  private final Thread thread = Thread.ofPlatform().name("blossom-scheduler").unstarted(this::run);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final RequestQueue queue;
  private boolean closed;

  private final RunningAnswers running;
  private final Batch batch = new Batch();
  private final List<RunningAnswer> staged = new ArrayList<>();
  private final Deque<LogitRows> spareLogits = new ArrayDeque<>();
  private final Decoder.LogitsSink sink = this::takeLogits;
  private final WorkerPool.Range goOn = this::goOn;

  /** The staged answer that each token of the batch belongs to. */
  private int[] owners = new int[16];

  private long admissions;
  private long finished;
  private long passes;
  private long evaluatedTokens;
  private long reusedTokens;
  private volatile SchedulerStatistics statistics;

  /**
   * @param sequences makes empty ones of {@code contextLength}
   */
  BatchScheduler(
      SharedDecoder decoder,
      KvPagePool pool,
      Tokenizer tokenizer,
      Supplier<Sequence> sequences,
      int contextLength,
      SchedulerOptions options) {
    this.decoder = decoder;
    this.pool = pool;
    this.tokenizer = tokenizer;
    this.sequences = sequences;
    this.contextLength = contextLength;
    this.queue = new RequestQueue(options.queue(), options.queuePerClient());
    this.running = new RunningAnswers(pool, options);
    this.statistics = count();
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Request submit(
      String client, int[] prompt, GenerationOptions options, GenerationListener listener) {
    Generator.check(prompt, options, tokenizer.vocabularySize(), contextLength);
    QueuedRequest request =
        new QueuedRequest(client, prompt.clone(), options, new Delivery(listener), this::wake);
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the scheduler is closed");
      }
      queue.add(request);
      work.signal();
    } finally {
      lock.unlock();
    }
    return request;
  }

  private void wake() {
    lock.lock();
    try {
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SchedulerStatistics statistics() {
    SchedulerStatistics last = statistics;
    lock.lock();
    try {
      return last.withQueued(queue.size());
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    @Nullable Throwable failure = null;
    try {
      while (awaitWork()) {
        endSome();
        admit();
        pass();
        endSome();
      }
    } catch (Throwable e) {
      // A defect: without this thread nobody would ever hear from their requests again.
      LOG.log(System.Logger.Level.ERROR, "the scheduler failed", e);
      failure = e;
    }
    endAll(failure);
  }

  /** False once the scheduler is closed. */
  private boolean awaitWork() {
    lock.lock();
    try {
      boolean idle = running.size() == 0 && running.preemptedSize() == 0;
      while (idle && !closed && queue.size() == 0) {
        work.awaitUninterruptibly();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends answers that are complete or have failed, and what was cancelled. */
  private void endSome() {
    end(running.removeAll(RunningAnswer::ended));
    List<QueuedRequest> cancelled = waiting();
    cancelled.removeIf(request -> !wasCancelled(request)); // Not under the lock: it asks listeners.
    lock.lock();
    try {
      queue.removeAll(cancelled);
    } finally {
      lock.unlock();
    }
    endUnbegun(cancelled);
  }

  private List<QueuedRequest> waiting() {
    lock.lock();
    try {
      return queue.all();
    } finally {
      lock.unlock();
    }
  }

  private static boolean wasCancelled(QueuedRequest request) {
    try {
      return request.delivery().cancelled();
    } catch (RuntimeException e) {
      request.delivery().fail(e);
      return true;
    }
  }

  /** Counts before it delivers: who has an answer finds it counted. */
  private void end(List<RunningAnswer> answers) {
    for (RunningAnswer answer : answers) {
      answer.release();
      spareLogits.push(answer.logits);
      reusedTokens += answer.reusedTokens();
      finished++;
    }
    statistics = count();
    answers.forEach(RunningAnswer::deliver);
  }

  private void endUnbegun(List<QueuedRequest> requests) {
    finished += requests.size();
    statistics = count();
    for (QueuedRequest request : requests) {
      request.delivery().finish(Generation.unbegun(request.prompt().length));
    }
  }

  private void admit() {
    while (running.resume()) {
      QueuedRequest next = takeNext();
      if (next == null) {
        return;
      }
      LogitRows logits = spareLogits.isEmpty() ? new LogitRows() : spareLogits.pop();
      Sequence sequence = sequences.get();
      Generator generator =
          new Generator(
              sequence, tokenizer, next.prompt(), next.options(), next.delivery(), logits);
      running.add(new RunningAnswer(next, sequence, generator, admissions++));
    }
  }

  private @Nullable QueuedRequest takeNext() {
    lock.lock();
    try {
      QueuedRequest next = queue.peek(running::of);
      if (next == null || !running.hasRoom(next.prompt(), next.prompt().length)) {
        return null;
      }
      queue.remove(next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void pass() {
    staged.clear();
    running.plan(staged);
    batch.clear();
    for (int i = 0; i < staged.size(); i++) {
      int from = batch.size();
      staged.get(i).stage(batch);
      if (owners.length < batch.size()) {
        owners = Arrays.copyOf(owners, Math.max(batch.size(), 2 * owners.length));
      }
      Arrays.fill(owners, from, batch.size(), i);
    }
    if (staged.isEmpty()) {
      return;
    }
    passes++;
    evaluatedTokens += batch.size();
    try {
      decoder.forward(batch, sink, staged.size(), goOn);
    } catch (InternalError e) {
      RuntimeException reason = DecoderSession.fileIsGone(e);
      staged.forEach(answer -> answer.fail(reason));
    } catch (RuntimeException e) {
      staged.forEach(answer -> answer.fail(e));
    }
  }

  private void takeLogits(int token, float[] row) {
    staged.get(owners[token]).logits.accept(token, row);
  }

  private void goOn(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      staged.get(i).accept();
    }
  }

  private void endAll(@Nullable Throwable failure) {
    List<QueuedRequest> waiting;
    lock.lock();
    try {
      closed = true;
      waiting = queue.all();
      queue.removeAll(waiting);
    } finally {
      lock.unlock();
    }
    List<RunningAnswer> unfinished = running.removeAll(answer -> true);
    if (failure != null) {
      unfinished.forEach(answer -> answer.fail(failure));
      waiting.forEach(request -> request.delivery().fail(failure));
    }
    end(unfinished);
    endUnbegun(waiting);
  }

  private SchedulerStatistics count() {
    long pageBytes = pool.layout().pageBytes();
    return new SchedulerStatistics(
        running.size(),
        running.preemptedSize(),
        finished,
        passes,
        evaluatedTokens,
        reusedTokens,
        running.preemptions(),
        pool.allocated() * pageBytes,
        pool.capacity() * pageBytes);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    if (Thread.currentThread() != thread) {
      join();
    }
  }

  private void join() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // The forward pass uses memory that the caller is about to release.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
