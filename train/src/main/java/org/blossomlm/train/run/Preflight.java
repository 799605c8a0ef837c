package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.blossomlm.engine.Machine;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.MatmulPeak;

/**
 * What this machine has left for a run.
 *
 * @param memory bytes that can be had without swapping
 * @param disk bytes where the run's folder is
 */
record Preflight(long memory, long disk) {
  /** Of memory, up to which nothing is computed twice unless it is asked for. */
  private static final double COMFORTABLE = 0.7;

  private static final double SLOW_BF16 = 0.8;

  static Preflight ofMachine(Path output) {
    Path existing = output.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    long disk;
    try {
      disk = Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      disk = Long.MAX_VALUE; // Writing will say what is wrong.
    }
    return new Preflight(Machine.availableMemory(), disk);
  }

  /**
   * The plan of a run, whether or not it fits.
   *
   * @param type of products
   */
  RunPlan plan(
      TrainConfig config, BaseModel base, RunData data, ComputeType type, MatmulPeak peak) {
    ModelSize size = ModelSize.of(base.definition(), config);
    int length = data.longestRow();
    Footprint plain = Footprint.of(base, size, config, type, length, false);
    boolean again =
        switch (config.compute().gradientCheckpointing()) {
          case YES -> true;
          case NO -> false;
          case AUTO -> plain.memory() > COMFORTABLE * memory;
        };
    Footprint need = again ? Footprint.of(base, size, config, type, length, true) : plain;
    List<String> notes = new ArrayList<>(peak.findings());
    if (type == ComputeType.BF16 && peak.bf16() < SLOW_BF16 * peak.fp32()) {
      notes.add(
          "this machine multiplies bf16 at %.0f GFLOP/s and fp32 at %.0f: --compute.type fp32 is faster"
              .formatted(peak.bf16(), peak.fp32()));
    }
    int context = base.definition().architecture().trainedContext();
    if (config.examples().maxLength() > context) {
      notes.add(
          "examples.max_length is %d, but the model was made for %d tokens"
              .formatted(config.examples().maxLength(), context));
    }
    return new RunPlan(
        config.output(),
        size,
        data.sources(),
        data.stages().stream().map(RunData.StageData::plan).toList(),
        type,
        again,
        need.memory(),
        memory,
        need.disk(),
        disk,
        peak,
        notes);
  }

  /**
   * Refuses what cannot fit.
   *
   * @throws TrainException that says how to go on
   */
  static void require(RunPlan plan, TrainConfig config) {
    if (plan.memoryNeeded() > plan.memoryAvailable()) {
      List<String> ways = new ArrayList<>();
      if (!plan.checkpointed()) {
        ways.add("--compute.gradient_checkpointing true");
      }
      if (config.batches().rows() > 1) {
        ways.add("--batch.rows 1 with more --batch.accumulate");
      }
      ways.add("a shorter --examples.max_length (now %d)".formatted(config.examples().maxLength()));
      if (config.method() == Method.FULL && config.model() instanceof TrainConfig.Pretrained) {
        ways.add("--method lora");
      } else if (config.method() == Method.LORA) {
        ways.add("--method qlora");
      }
      ways.add("free some memory");
      throw new TrainException(
          "the run needs about %s of memory, %s can be had; to go on: %s"
              .formatted(
                  gigabytes(plan.memoryNeeded()),
                  gigabytes(plan.memoryAvailable()),
                  String.join(", or ", ways)));
    }
    if (plan.diskNeeded() > plan.diskAvailable()) {
      throw new TrainException(
          "%s: checkpoints and result need about %s of disk, %s are left; free some, write elsewhere"
                  .formatted(
                      config.output(),
                      gigabytes(plan.diskNeeded()),
                      gigabytes(plan.diskAvailable()))
              + " with --output, or keep fewer with --checkpoint.keep (now %d)"
                  .formatted(config.checkpoints().keep()));
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
