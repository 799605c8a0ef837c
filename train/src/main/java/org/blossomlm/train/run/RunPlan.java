package org.blossomlm.train.run;

import java.nio.file.Path;
import java.util.List;
import org.blossomlm.train.example.ExampleCounts;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.MatmulPeak;

/**
 * What a run will do and take.
 *
 * @param checkpointed whether blocks are computed again instead of keeping what they computed
 * @param peak matrix products of this machine
 * @param notes what slows it down, or is worth knowing, a line each
 */
public record RunPlan(
    Path output,
    ModelSize size,
    List<Source> sources,
    List<Stage> stages,
    ComputeType type,
    boolean checkpointed,
    long memoryNeeded,
    long memoryAvailable,
    long diskNeeded,
    long diskAvailable,
    MatmulPeak peak,
    List<String> notes) {
  /** Share of the peak that steps of some size reach; measured between 0.43 and 0.62. */
  private static final double USUAL_SHARE = 0.45;

  public RunPlan {
    sources = List.copyOf(sources);
    stages = List.copyOf(stages);
    notes = List.copyOf(notes);
  }

  /** What became of the records of a source. */
  public record Source(String name, ExampleCounts counts) {}

  /**
   * @param samples of an epoch, by weight
   * @param heldOut samples
   * @param tokens of all steps, without padding
   */
  public record Stage(
      String name, long samples, long heldOut, long steps, long tokens, long learntTokens) {}

  /** Operations a second that count as all there is. */
  public double peakOperations() {
    return 1e9 * peak.of(type);
  }

  /** Rough, from the peak and the work; evaluation is extra. */
  public double seconds() {
    double operations = 0;
    for (Stage stage : stages) {
      operations += size.operations(stage.tokens(), stage.learntTokens());
      operations += checkpointed ? 2.0 * size.blocks() * stage.tokens() : 0;
    }
    return operations / (USUAL_SHARE * peakOperations());
  }
}
