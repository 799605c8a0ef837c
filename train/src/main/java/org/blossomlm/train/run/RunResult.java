package org.blossomlm.train.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.blossomlm.train.loop.LoopResult;

/**
 * How a run ended.
 *
 * @param stages results of those that were begun
 * @param result the adapter or model; empty where the run was stopped before
 * @param files GGUF files
 */
public record RunResult(List<LoopResult> stages, Optional<Path> result, List<Path> files) {
  public RunResult {
    stages = List.copyOf(stages);
    files = List.copyOf(files);
  }

  /** Of all stages. */
  public long steps() {
    return stages.stream().mapToLong(LoopResult::steps).sum();
  }
}
