package org.blossomlm.data.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.blossomlm.data.DataException;
import org.blossomlm.data.run.FileSlice;
import org.blossomlm.data.run.RecordBatch;
import org.blossomlm.data.run.RunEngine;
import org.blossomlm.data.run.WorkedBatch;

/** A Spark application in the service of a run. */
final class SparkRun implements RunEngine.Session {
  private static final int LEAST_SLOTS = 2;

  private final JavaSparkContext spark;
  private final RemoteStage stages;
  private final Optional<TeacherGate> gate;

  SparkRun(JavaSparkContext spark, RemoteStage stages, Optional<TeacherGate> gate) {
    this.spark = spark;
    this.stages = stages;
    this.gate = gate;
  }

  /** All cores; executors may still be on their way, so that it is asked each time. */
  @Override
  public int slots() {
    return Math.max(LEAST_SLOTS, spark.defaultParallelism());
  }

  @Override
  public Future<List<WorkedBatch>> work(int stage, List<RecordBatch> batches) {
    RemoteStage remote = stages.withNumber(stage);
    return new Job<>(spark.parallelize(batches, batches.size()).map(remote::apply).collectAsync());
  }

  @Override
  public Future<RunEngine.Found> clusters(int stage, Path file, List<FileSlice> slices, int size) {
    var search =
        new ClusterSearch(
            spark, stages.withNumber(stage), file.toAbsolutePath().toString(), slices, size);
    String group = "clusters of stage " + stage;
    var task =
        new FutureTask<>(
            () -> {
              spark.setJobGroup(group, group, true);
              try {
                return search.find();
              } catch (RuntimeException e) {
                throw new DataException("Spark: " + SparkEngine.firstLine(e), e);
              }
            }) {
          @Override
          protected void done() {
            if (isCancelled()) {
              spark.cancelJobGroup(group);
            }
          }
        };
    Thread.ofPlatform().name("spark-clusters").daemon().start(task);
    return task;
  }

  @Override
  public void close() {
    spark.close();
    gate.ifPresent(TeacherGate::close);
  }

  /** A job whose failure is told in one line. */
  private record Job<T>(JavaFutureAction<T> action) implements Future<T> {
    @Override
    public boolean cancel(boolean interrupt) {
      return action.cancel(interrupt);
    }

    @Override
    public boolean isCancelled() {
      return action.isCancelled();
    }

    @Override
    public boolean isDone() {
      return action.isDone();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      try {
        return action.get();
      } catch (ExecutionException e) {
        throw shortened(e);
      }
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      try {
        return action.get(timeout, unit);
      } catch (ExecutionException e) {
        throw shortened(e);
      }
    }

    private static ExecutionException shortened(ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return new ExecutionException(
          new DataException(
              "Spark: " + SparkEngine.firstLine(cause) + "; go on with --resume", cause));
    }
  }
}
