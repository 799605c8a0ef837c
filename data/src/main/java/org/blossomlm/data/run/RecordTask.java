package org.blossomlm.data.run;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;

/** One record on its way through a stage: worked on by one thread, then written by another. */
final class RecordTask implements Runnable, StepChain.Observer {
  private final StageInput.Item item;
  private final StepChain chain;
  private final CompletableFuture<RecordTask> done = new CompletableFuture<>();
  private final List<byte[]> kept = new ArrayList<>(1);
  private final List<Left> left = new ArrayList<>(0);
  private final Map<Recipe.Step, StepTally> tallies = new LinkedHashMap<>();
  private boolean unserved;

  /**
   * A line for a file beside the output.
   *
   * @param file its name in the folder of the run
   */
  record Left(String file, byte[] line) implements Serializable {}

  RecordTask(StageInput.Item item, StepChain chain) {
    this.item = item;
    this.chain = chain;
  }

  @Override
  public void run() {
    try {
      Optional<DataRecord> record = item.record().get();
      if (record.isPresent()) {
        chain.run(record.get(), this);
      }
      done.complete(this);
    } catch (Throwable e) { // The thread that writes hears of it when it is this record's turn.
      done.completeExceptionally(e);
    }
  }

  /**
   * Waits for a while.
   *
   * @return whether the task is done
   * @throws ExecutionException if the run must not go on behind this record
   */
  boolean await(long millis) throws ExecutionException, InterruptedException {
    try {
      done.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Whether the record may have another fate when it is worked on again. */
  boolean isUnserved() {
    return unserved;
  }

  /**
   * Waits until the task is done.
   *
   * @throws ExecutionException if the run must not go on behind this record
   */
  void join() throws ExecutionException, InterruptedException {
    done.get();
  }

  boolean failed() {
    return done.isCompletedExceptionally();
  }

  StageInput.Item item() {
    return item;
  }

  /** Lines of records that went through all steps. */
  List<byte[]> kept() {
    return kept;
  }

  List<Left> left() {
    return left;
  }

  Map<Recipe.Step, StepTally> tallies() {
    return tallies;
  }

  @Override
  public void kept(DataRecord record) {
    kept.add(RecordLine.of(record));
  }

  @Override
  public void dropped(Recipe.Step step, DataRecord record, String reason) {
    left.add(
        new Left(RunFolder.droppedName(step.name()), RecordLine.of(step.name(), reason, record)));
  }

  @Override
  public void failed(Optional<Recipe.Step> step, DataRecord record) {
    left.add(
        new Left(
            RunFolder.failedName(),
            RecordLine.of(
                step.map(Recipe.Step::name).orElse("source"),
                record.failure().orElse("failed"),
                record)));
  }

  @Override
  public void unserved() {
    unserved = true;
  }

  @Override
  public StepTally tally(Recipe.Step step) {
    return tallies.computeIfAbsent(step, key -> new StepTally(key.name()));
  }
}
