package org.blossomlm.data.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.Budget;

/**
 * How a run is to go.
 *
 * @param folder of the run; made if need be
 * @param begin what to do with what is in the folder
 * @param workers records that are worked on at once; changes no byte of the result
 * @param checkpointEvery how much work a kill may cost
 * @param control stops it
 * @param teachers opens the recipe's teachers
 * @param opener of the files that grow
 * @param engine that works on the records; threads of this process where it is empty
 */
public record RunOptions(
    Path folder,
    Begin begin,
    int workers,
    Duration checkpointEvery,
    RunControl control,
    TeacherPool.Opener teachers,
    GrowingFile.Opener opener,
    Optional<RunEngine.Opener> engine) {
  private static final int DEFAULT_WORKERS = 32;
  private static final int MAX_WORKERS = 4096;
  private static final Duration DEFAULT_CHECKPOINT = Duration.ofSeconds(2);

  /** What to do with an earlier run in the folder. */
  public enum Begin {
    /** Refuse to touch it. */
    FRESH,
    /** Go on from where it ended; begin if there is none. */
    RESUME,
    /** Delete it, but keep the answers of teachers. */
    RESTART
  }

  public RunOptions {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new DataException("workers: found " + workers + ", allowed are 1 to " + MAX_WORKERS);
    }
  }

  public static RunOptions in(Path folder) {
    return new RunOptions(
        folder,
        Begin.FRESH,
        DEFAULT_WORKERS,
        DEFAULT_CHECKPOINT,
        new RunControl(),
        RecipeTeachers.opener(Budget.unlimited(), Optional.empty()),
        GrowingFile.Opener.OF_FILE_SYSTEM,
        Optional.empty());
  }

  public RunOptions with(Begin other) {
    return new RunOptions(
        folder, other, workers, checkpointEvery, control, teachers, opener, engine);
  }

  public RunOptions withWorkers(int other) {
    return new RunOptions(folder, begin, other, checkpointEvery, control, teachers, opener, engine);
  }

  public RunOptions with(RunControl other) {
    return new RunOptions(folder, begin, workers, checkpointEvery, other, teachers, opener, engine);
  }

  public RunOptions with(TeacherPool.Opener other) {
    return new RunOptions(folder, begin, workers, checkpointEvery, control, other, opener, engine);
  }

  RunOptions withCheckpointEvery(Duration other) {
    return new RunOptions(folder, begin, workers, other, control, teachers, opener, engine);
  }

  RunOptions with(GrowingFile.Opener other) {
    return new RunOptions(
        folder, begin, workers, checkpointEvery, control, teachers, other, engine);
  }

  public RunOptions with(RunEngine.Opener other) {
    return new RunOptions(
        folder, begin, workers, checkpointEvery, control, teachers, opener, Optional.of(other));
  }
}
