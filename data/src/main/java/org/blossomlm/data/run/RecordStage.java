package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.Recipe;

/**
 * Streams records through a chain of operators. One thread reads and writes; workers in between may
 * finish in any order. A window of tasks keeps the order: the oldest is written when it is done,
 * and nothing is read while the window is full, so that memory is bounded by it.
 */
final class RecordStage {
  /**
   * Tasks per worker: enough that one slow record, which holds up all behind it, does not leave the
   * others without work.
   */
  private static final int WINDOW_PER_WORKER = 8;

  private static final long WAIT_MILLIS = 50;
  private static final long STOP_SECONDS = 5;

  private final Stage.Records stage;
  private final RunEnvironment run;
  private final String file;
  private final ArrayDeque<RecordTask> window = new ArrayDeque<>();
  private long lastCheckpoint = System.nanoTime();

  RecordStage(Stage.Records stage, RunEnvironment run) {
    this.stage = stage;
    this.run = run;
    file = RunFolder.stageName(stage.id());
  }

  /**
   * Runs from the journal's position to the end of the input.
   *
   * @throws RunStop if it ends before, with a checkpoint behind the last record that was done
   */
  void run() throws InterruptedException {
    var chain = new StepChain(stage.steps(), run.recipe().seed(), run.teachers());
    Position from = run.journal().position();
    try (StageInput input =
            new StageInput(
                stage.inputs(), from, run.folder()::stageFile, run.sources(), run.recipe().seed());
        ThreadPoolExecutor workers = workers()) {
      try {
        run.journal().begin(file);
        pass(input, chain, workers);
      } catch (RunStop e) {
        letFinish(workers);
        saveWhatIsDone(e);
        throw e;
      } finally {
        workers.shutdownNow();
      }
    } catch (IOException e) {
      throw RunStop.writing(run.folder().path().toString(), e);
    } catch (UncheckedIOException e) {
      throw RunStop.writing(
          run.folder().path().toString(), e.getCause() == null ? new IOException(e) : e.getCause());
    }
  }

  private ThreadPoolExecutor workers() {
    return new ThreadPoolExecutor(
        run.workers(),
        run.workers(),
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofVirtual().factory());
  }

  /**
   * Records that are being worked on get a moment: what teachers are asked is paid for, and an
   * operator that is interrupted might take that for a failure of its record.
   */
  private static void letFinish(ThreadPoolExecutor workers) throws InterruptedException {
    workers.getQueue().clear();
    workers.shutdown();
    boolean finished = workers.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    System.getLogger(RecordStage.class.getName())
        .log(System.Logger.Level.DEBUG, "all records under way finished: {0}", finished);
  }

  private void pass(StageInput input, StepChain chain, ThreadPoolExecutor workers)
      throws IOException, InterruptedException {
    int limit = run.workers() * WINDOW_PER_WORKER;
    boolean more = true;
    while (more || !window.isEmpty()) {
      if (run.isStopping()) {
        throw RunStop.interrupted();
      }
      while (more && window.size() < limit) {
        Optional<StageInput.Item> item = input.next();
        more = item.isPresent();
        if (more) {
          var task = new RecordTask(item.get(), chain);
          window.add(task);
          workers.execute(task);
        }
      }
      RecordTask oldest = window.peek();
      if (oldest != null && await(oldest)) {
        window.remove();
        write(oldest);
      }
      tick(input);
    }
  }

  private static boolean await(RecordTask task) throws InterruptedException {
    try {
      return task.await(WAIT_MILLIS);
    } catch (ExecutionException e) {
      throw stop(e.getCause() == null ? e : e.getCause());
    }
  }

  /** The end of a run by what an operator or its engine threw. */
  static RunStop stop(Throwable e) {
    return switch (e) {
      case RunStop stop -> stop;
      case InterruptedException interrupted -> RunStop.interrupted();
      case DataException damaged ->
          new RunStop(RunStop.Cause.FAILURE, String.valueOf(damaged.getMessage()), damaged);
      default ->
          RunStop.isDiskFull(e)
              ? RunStop.writing("run", new IOException(e))
              : new RunStop(RunStop.Cause.FAILURE, e + "; go on with --resume", e);
    };
  }

  private void write(RecordTask task) throws IOException {
    if (task.isUnserved()) {
      run.journal().unserved(run.journal()::here);
    }
    for (byte[] line : task.item().badLines()) {
      run.journal().fail(line);
    }
    for (byte[] line : task.kept()) {
      run.journal().write(file, line);
    }
    run.journal().counted(file, task.kept().size());
    for (RecordTask.Left left : task.left()) {
      run.journal().write(left.file(), left.line());
      run.journal().counted(left.file(), 1);
    }
    for (Map.Entry<Recipe.Step, StepTally> counts : task.tallies().entrySet()) {
      run.journal().tally(counts.getKey()).add(counts.getValue());
    }
    run.journal().position(task.item().after());
  }

  private void tick(StageInput input) throws IOException {
    long now = System.nanoTime();
    if (now - lastCheckpoint >= run.checkpointEvery().toNanos()) {
      run.journal().checkpoint();
      lastCheckpoint = System.nanoTime();
    }
    run.progress(stage, input::fraction);
  }

  /** Before a stop: tasks that are done, up to the first that is not. */
  private void saveWhatIsDone(RunStop stop) {
    if (stop.reason() == RunStop.Cause.DISK_FULL) {
      return; // The last checkpoint is what there is.
    }
    try {
      try {
        while (!window.isEmpty() && window.getFirst().await(0)) {
          write(window.remove());
        }
      } catch (ExecutionException e) {
        // Here the records end that are done.
      }
      run.journal().checkpoint();
    } catch (IOException e) {
      stop.addSuppressed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
