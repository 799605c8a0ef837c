package org.blossomlm.data.spark;

import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.run.RecordBatch;
import org.blossomlm.data.run.StageWork;
import org.blossomlm.data.run.WorkedBatch;

/**
 * What an executor must know to work on a stage.
 *
 * @param application of Spark, one for each run
 * @param plan the recipe
 * @param folder of the recipe
 * @param number of the stage
 * @param gate where teachers are asked; empty where the recipe has none
 * @param password of the gate
 * @param workers records of a batch that are worked on at once
 */
record RemoteStage(
    String application,
    String plan,
    String folder,
    int number,
    String gate,
    String password,
    int workers)
    implements Serializable {
  /** Made once in each executor: operators may read files when they are made. */
  private static final ConcurrentMap<String, StageWork> MADE = new ConcurrentHashMap<>();

  RemoteStage withNumber(int other) {
    return new RemoteStage(application, plan, folder, other, gate, password, workers);
  }

  StageWork work() {
    String prefix = application + " ";
    MADE.keySet().removeIf(key -> !key.startsWith(prefix));
    return MADE.computeIfAbsent(
        prefix + number,
        key -> {
          var teachers = new GateTeachers(gate.isEmpty() ? null : URI.create(gate), password);
          return StageWork.of(plan, Path.of(folder), BuiltInOperators.catalog(), number, teachers);
        });
  }

  WorkedBatch apply(RecordBatch batch) throws InterruptedException {
    return work().apply(batch, workers);
  }
}
