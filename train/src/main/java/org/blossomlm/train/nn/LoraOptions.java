package org.blossomlm.train.nn;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.blossomlm.train.TrainException;

/**
 * Low-rank adapters (LoRA, Hu et al. 2021).
 *
 * @param rank of the update
 * @param alpha the update is scaled by {@code alpha/rank}
 * @param dropout of what goes into the update while training
 * @param targets names of linears, e.g. {@code q_proj}
 * @param rankStabilized scaled by {@code alpha/√rank} (rsLoRA, Kalajdzievski 2023)
 * @param decomposed magnitudes and directions apart (DoRA, Liu et al. 2024)
 */
public record LoraOptions(
    int rank,
    double alpha,
    double dropout,
    Set<String> targets,
    boolean rankStabilized,
    boolean decomposed) {
  /** All linears of a block. */
  public static final List<String> LINEARS =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  public LoraOptions {
    targets = Set.copyOf(targets);
    if (rank < 1 || !(alpha > 0) || !(dropout >= 0 && dropout < 1) || targets.isEmpty()) {
      throw new TrainException(
          "adapters of rank %d, alpha %s, dropout %s on %s; the rank is at least 1, alpha above 0,"
                  .formatted(rank, alpha, dropout, new TreeSet<>(targets))
              + " dropout in [0, 1), and there is at least one target");
    }
    for (String target : new TreeSet<>(targets)) {
      if (!LINEARS.contains(target)) {
        throw new TrainException(
            "'%s' cannot have an adapter; allowed are %s".formatted(target, LINEARS));
      }
    }
  }

  /** Adapters of a rank on all linears of blocks, scaled by two. */
  public static LoraOptions ofRank(int rank) {
    return new LoraOptions(rank, 2.0 * rank, 0, Set.copyOf(LINEARS), false, false);
  }

  /** Factor of the update. */
  public double scaling() {
    return rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank;
  }
}
