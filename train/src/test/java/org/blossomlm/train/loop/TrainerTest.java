package org.blossomlm.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.checkpoint.Checkpoint;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.Compute;
import org.blossomlm.train.nn.LossOptions;
import org.blossomlm.train.nn.Method;
import org.blossomlm.train.nn.TinyModels;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.optimizer.AdamWOptions;
import org.blossomlm.train.optimizer.LearningRate;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainerTest {
  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  private Path folder(String name) {
    return temporary.resolve(name);
  }

  private static List<String> checkpoints(Path run) throws IOException {
    try (Stream<Path> inside = Files.list(run.resolve("checkpoints"))) {
      return inside.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Every file of the last checkpoint, and all metrics but the times. */
  private static void assertSameRun(Path found, Path expected) throws IOException {
    String last = checkpoints(expected).getLast();
    assertThat(last).isEqualTo("step-%08d".formatted(TrainingProcess.STEPS));
    for (String file :
        List.of("weights.safetensors", "optimizer.safetensors", "averages.safetensors")) {
      Path relative = Path.of("checkpoints", last, file);
      assertThat(Files.mismatch(found.resolve(relative), expected.resolve(relative)))
          .as(file)
          .isEqualTo(-1);
    }
    assertThat(metrics(found)).isEqualTo(metrics(expected));
  }

  private static List<String> metrics(Path run) throws IOException {
    var mapper = new JsonMapper();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode node = mapper.readTree(line);
      lines.add(
          "%s %s %s %s %s"
              .formatted(
                  node.path("step"),
                  node.path("loss"),
                  node.path("learning_rate"),
                  node.path("grad_norm"),
                  node.path("eval_loss")));
    }
    return lines;
  }

  @Test
  void a_run_that_goes_on_ends_in_the_same_bits() throws IOException {
    LoopResult whole = TrainingProcess.run(temporary, folder("whole"), LoopListener.SILENT);
    assertThat(whole.end()).isEqualTo(LoopResult.End.ALL_STEPS);
    assertThat(whole.steps()).isEqualTo(TrainingProcess.STEPS);
    assertThat(metrics(folder("whole"))).hasSize(TrainingProcess.STEPS + 3);
    Path parts = folder("parts");
    for (int stopAt : new int[] {1, 5, 6, 11}) {
      try (TrainingModel model = TrainingProcess.model(temporary)) {
        var trainer = new Trainer[1];
        trainer[0] =
            TrainingProcess.trainer(
                model,
                parts,
                new LoopListener() {
                  @Override
                  public void step(StepReport report) {
                    if (report.step() == stopAt) {
                      trainer[0].stop();
                    }
                  }
                });
        try (Trainer running = trainer[0]) {
          LoopResult result = running.run();
          assertThat(result.end()).isEqualTo(LoopResult.End.STOPPED);
          assertThat(result.steps()).isEqualTo(stopAt);
        }
      }
    }
    TrainingProcess.run(temporary, parts, LoopListener.SILENT);
    assertSameRun(parts, folder("whole"));
    // Finished runs stay as they are.
    TrainingProcess.run(temporary, parts, LoopListener.SILENT);
    assertSameRun(parts, folder("whole"));
  }

  @Test
  void a_run_that_is_killed_and_goes_on_ends_in_the_same_bits()
      throws IOException, InterruptedException {
    TrainingProcess.run(temporary, folder("whole"), LoopListener.SILENT);
    Path killed = folder("killed");
    for (int step : new int[] {3, 8}) {
      Process process = start(killed, step);
      // Evaluations, every fourth step, have lines too, but come after the step.
      int lines = step + (step - 1) / 4;
      while (process.isAlive() && lines(killed) < lines) {
        Thread.sleep(10);
      }
      process.destroyForcibly();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("killed").isNotZero();
    }
    Process last = start(killed, Long.MAX_VALUE);
    assertThat(last.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(last.exitValue()).isZero();
    assertSameRun(killed, folder("whole"));
  }

  private static long lines(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readString(metrics).lines().count() : 0;
  }

  private Process start(Path run, long lastStep) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> !a.startsWith("-agentlib") && !a.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            TrainingProcess.class.getName(),
            temporary.toString(),
            run.toString(),
            Long.toString(lastStep)));
    File output = temporary.resolve("output").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
        .start();
  }

  @Test
  void the_latest_checkpoints_and_the_best_stay() throws IOException {
    List<Long> bests = new ArrayList<>();
    TrainingProcess.run(
        temporary,
        folder("run"),
        new LoopListener() {
          @Override
          public void evaluated(EvaluationReport report) {
            if (report.best()) {
              bests.add(report.step());
            }
          }
        });
    assertThat(checkpoints(folder("run")))
        .contains("step-%08d".formatted(bests.getLast()), "step-00000010", "step-00000012")
        .hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void a_run_of_other_data_is_not_gone_on_with() {
    TrainingProcess.run(temporary, folder("run"), LoopListener.SILENT);
    try (TrainingModel model = TrainingProcess.model(temporary);
        Trainer other = full(model, "other", new RepeatedSamples(9), folder("run"), 0)) {
      assertThatThrownBy(other::run)
          .isInstanceOf(TrainException.class)
          .hasMessageContaining("is of another run (test; this one is other)");
    }
  }

  private static Trainer full(
      TrainingModel model, String fingerprint, MicroBatchSource source, Path folder, int patience) {
    return full(model, fingerprint, source, folder, patience, LoopListener.SILENT);
  }

  private static Trainer full(
      TrainingModel model,
      String fingerprint,
      MicroBatchSource source,
      Path folder,
      int patience,
      LoopListener listener) {
    return new Trainer(
        model,
        AdamWOptions.DEFAULT,
        new LearningRate(new LearningRate.Schedule.Constant(), 1e-2, 0, 100, 0),
        LossOptions.PLAIN,
        new LoopOptions(1, 1, 5, 5, 2, patience, 0, 1, fingerprint),
        source,
        List.of(RepeatedSamples.batch(5000)),
        folder,
        listener);
  }

  private TrainingModel fullModel() {
    return TinyModels.model(
        temporary, TinyModels.Kind.LLAMA, new Method.Full(), Compute.cpu(ComputeType.FP32, false));
  }

  @Test
  void a_run_ends_where_there_is_no_more_to_gain_and_has_its_best_weights() {
    try (TrainingModel model = fullModel();
        Trainer trainer = full(model, "", new RepeatedSamples(1000), folder("run"), 2)) {
      LoopResult result = trainer.run();
      assertThat(result.end()).isEqualTo(LoopResult.End.NO_MORE_GAIN);
      MicroBatch heldOut = RepeatedSamples.batch(5000);
      int tokens = TrainingModel.learntTokens(heldOut);
      double best = result.bestEvaluation().orElseThrow();
      assertThat(model.loss(heldOut) / tokens).isGreaterThan(best);
      trainer.restoreBest();
      assertThat(model.loss(heldOut) / tokens).isEqualTo(best);
    }
  }

  @Test
  void a_run_ends_with_its_data() {
    try (TrainingModel model = fullModel();
        Trainer trainer = full(model, "", new RepeatedSamples(7), folder("run"), 0)) {
      LoopResult result = trainer.run();
      assertThat(result.end()).isEqualTo(LoopResult.End.NO_MORE_DATA);
      assertThat(result.steps()).isEqualTo(7);
    }
  }

  @Test
  void a_batch_without_anything_to_learn_is_an_error() {
    var nothing =
        new MicroBatchSource() {
          @Override
          public Optional<MicroBatch> next() {
            return Optional.of(TinyModels.text(new int[] {1, 2, 3}));
          }

          @Override
          public String position() {
            return "";
          }

          @Override
          public void restore(String position) {}
        };
    try (TrainingModel model = fullModel();
        Trainer trainer = full(model, "", nothing, folder("run"), 0)) {
      assertThatThrownBy(trainer::run)
          .isInstanceOf(TrainException.class)
          .hasMessageContaining("step 1 has 3 tokens and nothing to learn in them");
    }
  }

  /** Someone spoils the weights after step 7; the run goes back to step 5 and recovers. */
  @Test
  void a_run_whose_losses_are_no_numbers_goes_back_to_its_last_checkpoint() {
    List<Long> rolledBack = new ArrayList<>();
    List<SpikeGuard.Verdict> verdicts = new ArrayList<>();
    try (TrainingModel model = fullModel()) {
      var listener =
          new LoopListener() {
            @Override
            public void step(StepReport report) {
              verdicts.add(report.verdict());
              if (report.step() == 7 && rolledBack.isEmpty()) {
                try (var _ = new NoGradGuard()) {
                  Tensor first = model.parameters().tensors().values().iterator().next();
                  first.fill_(new Scalar(Double.NaN));
                }
              }
            }

            @Override
            public void rolledBack(Checkpoint to, String reason) {
              rolledBack.add(to.step());
              assertThat(reason).startsWith("step 10: loss NaN");
            }
          };
      try (Trainer trainer = full(model, "", new RepeatedSamples(20), folder("run"), 0, listener)) {
        LoopResult result = trainer.run();
        assertThat(rolledBack).containsExactly(5L);
        // 20 batches, of which 5 steps were taken back.
        assertThat(result.steps()).isEqualTo(15);
        assertThat(result.loss()).isFinite();
        assertThat(verdicts)
            .containsSubsequence(
                SpikeGuard.Verdict.GOOD,
                SpikeGuard.Verdict.SKIPPED,
                SpikeGuard.Verdict.SKIPPED,
                SpikeGuard.Verdict.ROLL_BACK,
                SpikeGuard.Verdict.GOOD);
      }
    }
  }

  @Test
  void losses_far_above_those_before_are_skipped() {
    var guard = new SpikeGuard();
    for (int i = 0; i < 20; i++) {
      assertThat(guard.judge(2 + 0.01 * (i % 3), 1)).isEqualTo(SpikeGuard.Verdict.GOOD);
    }
    assertThat(guard.judge(2.4, 1)).isEqualTo(SpikeGuard.Verdict.GOOD);
    assertThat(guard.judge(4, 1)).isEqualTo(SpikeGuard.Verdict.SKIPPED);
    var copy = new SpikeGuard();
    copy.restore(new JsonMapper().valueToTree(guard.state()));
    for (SpikeGuard each : Arrays.asList(guard, copy)) {
      assertThat(each.judge(2, Double.NaN)).isEqualTo(SpikeGuard.Verdict.SKIPPED);
      assertThat(each.judge(4, 1)).isEqualTo(SpikeGuard.Verdict.ROLL_BACK);
      assertThat(each.rollBack()).isTrue();
      assertThat(each.factor()).isEqualTo(0.5);
      assertThat(each.rollBack()).isTrue();
      assertThat(each.rollBack()).isTrue();
      assertThat(each.rollBack()).isFalse();
    }
  }
}
