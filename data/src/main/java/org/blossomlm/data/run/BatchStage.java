package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;

/**
 * Streams records through a chain of operators on other machines. What {@link RecordStage} does for
 * records is done here for batches: some waves of them are under way, the oldest is written when it
 * is done, and nothing is read while there are enough.
 */
final class BatchStage {
  /** Several, so that the machines need not wait for the slowest batch of a wave. */
  private static final int WAVES = 3;

  private static final int BATCH_RECORDS = 256;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long WAIT_MILLIS = 50;

  private final Stage.Records stage;
  private final RunEnvironment run;
  private final RunEngine.Session engine;
  private final String file;
  private final ArrayDeque<Wave> waves = new ArrayDeque<>();
  private long lastCheckpoint = System.nanoTime();

  /** Batches that were sent together, and for each what is known here of its records. */
  private record Wave(Future<List<WorkedBatch>> worked, List<List<Read>> batches) {}

  /**
   * What was read of the input.
   *
   * @param sent whether it was a record for this stage
   */
  private record Read(Position after, List<byte[]> badLines, boolean sent) {}

  BatchStage(Stage.Records stage, RunEnvironment run, RunEngine.Session engine) {
    this.stage = stage;
    this.run = run;
    this.engine = engine;
    file = RunFolder.stageName(stage.id());
  }

  /**
   * Runs from the journal's position to the end of the input.
   *
   * @throws RunStop if it ends before, with a checkpoint behind the last record that was written
   */
  void run() throws InterruptedException {
    Position from = run.journal().position();
    try (StageInput input =
        new StageInput(
            stage.inputs(), from, run.folder()::stageFile, run.sources(), run.recipe().seed())) {
      run.journal().begin(file);
      try {
        pass(input);
      } catch (RunStop e) {
        if (e.reason() != RunStop.Cause.DISK_FULL) {
          run.journal().checkpoint();
        }
        throw e;
      } catch (DataException e) {
        throw RecordStage.stop(e);
      } finally {
        waves.forEach(wave -> wave.worked.cancel(true));
      }
    } catch (IOException e) {
      throw RunStop.writing(run.folder().path().toString(), e);
    } catch (UncheckedIOException e) {
      throw RunStop.writing(
          run.folder().path().toString(), e.getCause() == null ? new IOException(e) : e.getCause());
    }
  }

  private void pass(StageInput input) throws IOException, InterruptedException {
    boolean more = true;
    while (more || !waves.isEmpty()) {
      if (run.isStopping()) {
        throw RunStop.interrupted();
      }
      while (more && waves.size() < WAVES) {
        more = send(input);
      }
      Wave oldest = waves.peek();
      if (oldest != null) {
        Optional<List<WorkedBatch>> worked = await(oldest.worked);
        if (worked.isPresent()) {
          waves.remove();
          write(oldest, worked.get());
        }
      }
      if (System.nanoTime() - lastCheckpoint >= run.checkpointEvery().toNanos()) {
        run.journal().checkpoint();
        lastCheckpoint = System.nanoTime();
      }
      run.progress(stage, input::fraction);
    }
  }

  /** Sends a batch for each slot; tells whether there is more. */
  private boolean send(StageInput input) throws IOException {
    List<List<Read>> batches = new ArrayList<>();
    List<RecordBatch> records = new ArrayList<>();
    boolean more = true;
    while (more && batches.size() < engine.slots()) {
      List<Read> reads = new ArrayList<>();
      List<RecordBatch.Line> lines = new ArrayList<>();
      long bytes = 0;
      while (more && lines.size() < BATCH_RECORDS && bytes < BATCH_BYTES) {
        Optional<StageInput.Item> item = input.next();
        more = item.isPresent();
        if (more) {
          Optional<RecordBatch.Line> line = line(item.get());
          reads.add(new Read(item.get().after(), item.get().badLines(), line.isPresent()));
          line.ifPresent(lines::add);
          bytes += line.map(one -> one.json().length).orElse(0);
        }
      }
      if (!reads.isEmpty()) {
        batches.add(reads);
        records.add(new RecordBatch(lines));
      }
    }
    if (!batches.isEmpty()) {
      waves.add(new Wave(engine.work(run.journal().stage(), records), batches));
    }
    return more;
  }

  /** A record of a stage's file goes as it is there; one of a source is made here. */
  private static Optional<RecordBatch.Line> line(StageInput.Item item) {
    if (item.line().isPresent()) {
      return Optional.of(new RecordBatch.Line(item.after().part(), item.line().get()));
    }
    Optional<DataRecord> record = item.record().get();
    return record.map(one -> new RecordBatch.Line(RecordBatch.Line.CHOSEN, RecordLine.of(one)));
  }

  private Optional<List<WorkedBatch>> await(Future<List<WorkedBatch>> worked)
      throws InterruptedException {
    try {
      return Optional.of(worked.get(WAIT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (run.isStopping()) {
        throw RunStop.interrupted(); // Ctrl-C reached the engine as well.
      }
      throw RecordStage.stop(e.getCause() == null ? e : e.getCause());
    }
  }

  private void write(Wave wave, List<WorkedBatch> worked) throws IOException {
    for (int i = 0; i < worked.size(); i++) {
      write(wave.batches.get(i), worked.get(i));
    }
  }

  private void write(List<Read> reads, WorkedBatch worked) throws IOException {
    int next = 0;
    for (Read read : reads) {
      if (read.sent && next == worked.records().size()) {
        break; // The run stops at this record.
      }
      for (byte[] line : read.badLines) {
        run.journal().fail(line);
      }
      if (read.sent) {
        write(worked.records().get(next++));
      }
      run.journal().position(read.after);
    }
    for (StepStatus step : worked.steps()) {
      run.journal().tally(step.name()).add(StepTally.of(step));
    }
    Optional<RunStop> stop = worked.runStop();
    if (stop.isPresent()) {
      throw stop.get();
    }
  }

  private void write(WorkedBatch.Worked record) throws IOException {
    for (byte[] line : record.kept()) {
      run.journal().write(file, line);
    }
    run.journal().counted(file, record.kept().size());
    for (RecordTask.Left left : record.left()) {
      run.journal().write(left.file(), left.line());
      run.journal().counted(left.file(), 1);
    }
  }
}
