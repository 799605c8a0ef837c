package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a run came to.
 *
 * @param folder of the run
 * @param steps in the order of the recipe
 * @param outputs files that were written
 * @param failed records in {@code failed.jsonl}
 * @param elapsed of all its parts, if it was resumed
 * @param spent by all its parts, in USD
 * @param complete whether nothing is left to do
 * @param unserved records that failed or were dropped because a teacher did not get to them; a
 *     resumed run asks again
 */
public record RunResult(
    Path folder,
    List<StepStatus> steps,
    List<Output> outputs,
    long failed,
    Duration elapsed,
    BigDecimal spent,
    boolean complete,
    long unserved) {
  public RunResult {
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /**
   * A file of the recipe.
   *
   * @param records that it holds; empty while it has not been written
   */
  public record Output(Path file, OptionalLong records) {}
}
