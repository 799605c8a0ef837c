package org.blossomlm.data.run;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a batch.
 *
 * @param records of the batch, in order, up to the one at which the run must stop
 * @param steps what each step did to them
 * @param stop why it must stop, if it must
 */
public record WorkedBatch(List<Worked> records, List<StepStatus> steps, @Nullable Stop stop)
    implements Serializable {
  public WorkedBatch {
    records = List.copyOf(records);
    steps = List.copyOf(steps);
  }

  /**
   * What became of a record.
   *
   * @param kept lines for the file of the stage
   * @param left lines for files beside it
   */
  record Worked(List<byte[]> kept, List<RecordTask.Left> left) implements Serializable {}

  /** A {@link RunStop} that travels. */
  record Stop(RunStop.Cause cause, String message) implements Serializable {}

  Optional<RunStop> runStop() {
    return Optional.ofNullable(stop).map(why -> new RunStop(why.cause(), why.message()));
  }
}
