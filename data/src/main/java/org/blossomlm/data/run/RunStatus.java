package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.blossomlm.data.teacher.TeacherPause;

/**
 * Where a run stands.
 *
 * @param stage from 1
 * @param stages how many there are
 * @param title the branch, step or file of this stage
 * @param fraction of the stage that is done, from 0 to 1, where that is known
 * @param rate records per second that the stage took in lately
 * @param left time that this stage takes from now on, where that is known
 * @param steps of this stage, in order
 * @param spent by the whole run, in USD
 * @param pause for which teacher the run waits, if there is one that answers nobody
 */
public record RunStatus(
    int stage,
    int stages,
    String title,
    OptionalDouble fraction,
    double rate,
    Optional<Duration> left,
    List<StepStatus> steps,
    BigDecimal spent,
    Optional<TeacherPause> pause) {
  public RunStatus {
    steps = List.copyOf(steps);
  }
}
