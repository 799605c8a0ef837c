package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.dedup.ClusterOperator;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.ResumableException;

/**
 * Applies an operator that looks at all records. It has no positions in between: a run that was
 * stopped does the stage again from its beginning.
 */
final class SetStage implements SetOperator.Output {
  /** Of a stage's file, that one machine reads at a time. */
  private static final long SLICE_BYTES = 16 << 20;

  private static final long WAIT_MILLIS = 50;

  private final Stage.Together stage;
  private final RunEnvironment run;
  private final RunControl control;
  private final String file;
  private final StepTally tally;

  SetStage(Stage.Together stage, RunEnvironment run, RunControl control) {
    this.stage = stage;
    this.run = run;
    this.control = control;
    file = RunFolder.stageName(stage.id());
    tally = run.journal().tally(stage.step());
  }

  void run() throws InterruptedException {
    String input = RunFolder.stageName(stage.input());
    long size = run.journal().count(input);
    tally.in(size);
    var operator = (SetOperator) stage.step().operator();
    var context = new StepContext(stage.step().name(), run.recipe().seed(), run.teachers(), tally);
    long start = System.nanoTime();
    try (var set =
        new LineSet(run.folder().file(input), run.folder().file(input + ".index"), size, control)) {
      run.journal().begin(file);
      if (run.engine().isPresent() && operator instanceof ClusterOperator clustering) {
        RunEngine.Found found = clusters(run.engine().get(), run.folder().file(input), size);
        clustering.apply(set, found.clusters(), found.comparedPairs(), this, context);
      } else {
        operator.apply(set, this, context);
      }
    } catch (InterruptedException e) {
      if (control.isStopping()) {
        throw RunStop.interrupted();
      }
      throw e;
    } catch (IOException e) {
      throw RunStop.writing(run.folder().path().toString(), e);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw stop(e);
    } finally {
      tally.time(System.nanoTime() - start);
    }
  }

  private RunEngine.Found clusters(RunEngine.Session engine, Path records, long size)
      throws IOException, InterruptedException {
    List<FileSlice> slices = FileSlice.of(records, SLICE_BYTES);
    Future<RunEngine.Found> found =
        engine.clusters(run.journal().stage(), records, slices, Math.toIntExact(size));
    try {
      while (true) {
        try {
          return found.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (run.isStopping()) {
            throw RunStop.interrupted();
          }
          run.progress(stage, OptionalDouble::empty);
        }
      }
    } catch (ExecutionException e) {
      if (run.isStopping()) {
        throw RunStop.interrupted(); // Ctrl-C reached the engine as well.
      }
      throw e.getCause() instanceof DataException known ? known : new DataException("" + e, e);
    } finally {
      found.cancel(true);
    }
  }

  private RunStop stop(Throwable e) {
    String where = "step " + stage.step().name() + ": ";
    return switch (e) {
      case RunStop stop -> stop;
      case ResumableException paused ->
          new RunStop(RunStop.Cause.TEACHER, paused.getMessage() + "; go on with --resume", paused);
      case UncheckedIOException io when io.getCause() != null ->
          RunStop.writing(run.folder().path().toString(), io.getCause());
      case OutOfMemoryError full ->
          new RunStop(
              RunStop.Cause.OUT_OF_MEMORY,
              where
                  + "the heap is full; give Java more (BLOSSOM_JAVA_OPTS=-Xmx8g) and go on with"
                  + " --resume",
              full);
      case DataException known ->
          new RunStop(RunStop.Cause.FAILURE, where + known.getMessage(), known);
      default -> new RunStop(RunStop.Cause.FAILURE, where + e + "; go on with --resume", e);
    };
  }

  @Override
  public synchronized void keep(DataRecord record) {
    if (record.failure().isPresent()) {
      tally.failed();
      leave(RunFolder.failedName(), record.failure().get(), record);
      return;
    }
    tally.out(1);
    write(file, RecordLine.of(record));
    run.journal().counted(file, 1);
  }

  @Override
  public synchronized void drop(DataRecord record, String reason) {
    tally.dropped(reason);
    leave(RunFolder.droppedName(stage.step().name()), reason, record);
  }

  private void leave(String name, String reason, DataRecord record) {
    write(name, RecordLine.of(stage.step().name(), reason, record));
    run.journal().counted(name, 1);
  }

  private void write(String name, byte[] line) {
    try {
      run.journal().write(name, line);
      run.progress(stage, OptionalDouble::empty);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
