package org.blossomlm.train.loop;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.blossomlm.train.nn.Compute;
import org.blossomlm.train.nn.LoraOptions;
import org.blossomlm.train.nn.LossOptions;
import org.blossomlm.train.nn.Method;
import org.blossomlm.train.nn.TinyModels;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.optimizer.AdamWOptions;
import org.blossomlm.train.optimizer.LearningRate;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Torch;

/**
 * A run with everything random in it: dropout, noise, averages. Also a program of its own, which
 * waits after a step.
 */
final class TrainingProcess {
  static final int STEPS = 12;

  private TrainingProcess() {}

  public static void main(String[] arguments) {
    Torch.start(0);
    long last = Long.parseLong(arguments[2]);
    run(
        Path.of(arguments[0]),
        Path.of(arguments[1]),
        new LoopListener() {
          @Override
          public void step(StepReport report) {
            if (report.step() == last) {
              LockSupport.park(); // until it is killed
            }
          }
        });
  }

  static TrainingModel model(Path models) {
    return TinyModels.model(
        models,
        TinyModels.Kind.QWEN2_BIASES,
        new Method.Adapters(
            new LoraOptions(3, 6, 0.2, Set.copyOf(LoraOptions.LINEARS), false, true),
            false,
            Set.of("embed_tokens")),
        Compute.cpu(ComputeType.FP32, true));
  }

  static Trainer trainer(TrainingModel model, Path folder, LoopListener listener) {
    return new Trainer(
        model,
        new AdamWOptions(0.9, 0.99, 1e-8, 0.01),
        new LearningRate(new LearningRate.Schedule.Cosine(), 1e-2, 3, STEPS, 0),
        new LossOptions(0.1, 5),
        new LoopOptions(2, 1, 4, 2, 2, 0, 0.9, 42, "test"),
        new RepeatedSamples(1000),
        List.of(RepeatedSamples.batch(5000)),
        folder,
        listener);
  }

  static LoopResult run(Path models, Path folder, LoopListener listener) {
    try (TrainingModel model = model(models);
        Trainer trainer = trainer(model, folder, listener)) {
      return trainer.run();
    }
  }
}
