package org.blossomlm.train.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run as a whole: {@code summary.json}.
 *
 * @param started when it was first started
 * @param elapsed of all its starts together, evaluations and checkpoints included
 * @param plannedSteps if nothing ends it earlier
 * @param end why it ended, e.g. {@code ALL_STEPS}; empty while it is at work
 */
public record RunFacts(
    String name, Instant started, Duration elapsed, long plannedSteps, Optional<String> end) {}
