package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.dedup.ClusterOperator;
import org.blossomlm.data.operator.OrderedWork;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.ResumableException;
import org.blossomlm.data.teacher.TeacherException;

/**
 * Applies an operator that looks at all records. It has no positions in between: a run that was
 * stopped does the stage again from its beginning.
 */
final class SetStage implements SetOperator.Output {
  /** How large a record is, is not known here: eight make a chunk of work. */
  private static final long RECORD_WEIGHT = 1 << 15;

  /** Of a stage's file, that one machine reads at a time. */
  private static final long SLICE_BYTES = 16 << 20;

  private static final long WAIT_MILLIS = 50;

  private final Stage.Together stage;
  private final RunEnvironment run;
  private final RunControl control;
  private final String file;
  private final StepTally tally;
  private final OrderedWork<Line, Written> lines =
      new OrderedWork<>(line -> new Written(line.file, line.bytes.get()), this::write);

  /**
   * To be written.
   *
   * @param bytes makes them, on any thread
   */
  private record Line(String file, Supplier<byte[]> bytes) {}

  private record Written(String file, byte[] bytes) {}

  SetStage(Stage.Together stage, RunEnvironment run, RunControl control) {
    this.stage = stage;
    this.run = run;
    this.control = control;
    file = RunFolder.stageName(stage.id());
    tally = run.journal().tally(stage.step());
  }

  void run() throws InterruptedException {
    Checkpoint before = run.journal().here();
    String input = RunFolder.stageName(stage.input());
    long size = run.journal().count(input);
    tally.in(size);
    var operator = (SetOperator) stage.step().operator();
    var context = new StepContext(stage.step().name(), run.recipe().seed(), run.teachers(), tally);
    long start = System.nanoTime();
    try (var set =
        new LineSet(run.folder().file(input), run.folder().file(input + ".index"), size, control)) {
      run.journal().begin(file);
      if (run.engine().isPresent()
          && operator instanceof ClusterOperator clustering
          && clustering.isDistributable()) {
        RunEngine.Found found = clusters(run.engine().get(), run.folder().file(input), size);
        clustering.apply(set, found.clusters(), found.comparedPairs(), this, context);
      } else {
        operator.apply(set, this, context);
      }
      finish();
      if (context.isUnserved()) {
        run.journal().unserved(() -> before);
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
      case TeacherException unserved when unserved.isPassing() ->
          new RunStop(
              RunStop.Cause.TEACHER,
              where + unserved.getMessage() + "; go on with --resume",
              unserved);
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
  public void keep(DataRecord record) {
    keep(record, Optional.empty());
  }

  @Override
  public void keep(DataRecord record, String note) {
    keep(record, Optional.of(note));
  }

  private synchronized void keep(DataRecord record, Optional<String> note) {
    if (record.failure().isPresent()) {
      tally.failed();
      leave(RunFolder.failedName(), record.failure().get(), record);
      return;
    }
    tally.out(1);
    lines.add(new Line(file, () -> RecordLine.of(chosen(record, note))), RECORD_WEIGHT);
  }

  /** With this step in its provenance, unless the operator made the record and wrote it there. */
  private DataRecord chosen(DataRecord record, Optional<String> note) {
    Provenance known = record.head().provenance();
    String name = stage.step().name();
    if (note.isEmpty()
        && !known.steps().isEmpty()
        && known.steps().getLast().operator().equals(name)) {
      return record;
    }
    Provenance longer = known.and(new Provenance.Step(name, List.of(), note));
    return record.mapHead(head -> head.withProvenance(longer));
  }

  @Override
  public synchronized void drop(DataRecord record, String reason) {
    tally.dropped(reason);
    leave(RunFolder.droppedName(stage.step().name()), reason, record);
  }

  @Override
  public synchronized void show(SetOperator.Cluster cluster) {
    String name = RunFolder.clustersName(stage.step().name());
    lines.add(new Line(name, () -> RecordLine.of(cluster)), RECORD_WEIGHT);
  }

  private void leave(String name, String reason, DataRecord record) {
    String step = stage.step().name();
    lines.add(new Line(name, () -> RecordLine.of(step, reason, record)), RECORD_WEIGHT);
  }

  private synchronized void finish() {
    lines.finish();
  }

  private void write(Written line) {
    try {
      run.journal().write(line.file, line.bytes);
      run.journal().counted(line.file, 1);
      run.progress(stage, OptionalDouble::empty);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
