package org.blossomlm.train.report;

import java.util.List;
import java.util.Optional;

/**
 * What is known about a run; {@link RunFiles} reads it.
 *
 * @param configuration as YAML, with every default in its place; empty where it is not there
 * @param samples in the order in which they were written
 * @param checkpoints the oldest first
 */
public record ReportedRun(
    String name,
    String configuration,
    Metrics metrics,
    List<DataSummary> data,
    List<SampleAnswer> samples,
    List<SavedCheckpoint> checkpoints,
    Optional<Machine> machine,
    Optional<RunFacts> facts) {
  public ReportedRun {
    data = List.copyOf(data);
    samples = List.copyOf(samples);
    checkpoints = List.copyOf(checkpoints);
  }
}
