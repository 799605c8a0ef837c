package org.blossomlm.train.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.train.checkpoint.Checkpoint;
import org.blossomlm.train.config.ConfigYaml;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.LoopResult;
import org.blossomlm.train.loop.StepReport;
import org.blossomlm.train.report.DataSummary;
import org.blossomlm.train.report.EventFile;
import org.blossomlm.train.report.Machine;
import org.blossomlm.train.report.RunFacts;
import org.blossomlm.train.report.RunFiles;
import org.blossomlm.train.report.SampleAnswer;
import org.blossomlm.train.report.TrainingReport;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Writes down beside metrics and checkpoints what a report needs, and TensorBoard's event files,
 * while the run goes on; passes everything on. A dry run writes nothing.
 */
final class RunRecorder implements RunListener, AutoCloseable {
  /** Folder of event files. */
  static final String EVENTS = "tensorboard";

  private final TrainConfig config;
  private final RunListener heard;
  private final RunFiles files;
  private final Instant begun = Instant.now();

  private Instant firstBegun = begun;
  private Duration earlier = Duration.ZERO;
  private long plannedSteps;
  private long before;
  private long latest;
  private long stageSteps;
  private @Nullable EventFile events;

  RunRecorder(TrainConfig config, RunListener heard) {
    this.config = config;
    this.heard = heard;
    this.files = new RunFiles(config.output());
  }

  @Override
  public void preparing(String source, long records) {
    heard.preparing(source, records);
  }

  @Override
  public void planned(RunPlan plan) {
    plannedSteps = plan.stages().stream().mapToLong(RunPlan.Stage::steps).sum();
    files
        .facts()
        .ifPresent(facts -> {
          firstBegun = facts.started();
          earlier = facts.elapsed();
        });
    files.writeConfiguration(ConfigYaml.complete(config));
    files.writeData(data(plan));
    files.writeMachine(machine(plan));
    writeFacts(Optional.empty());
    heard.planned(plan);
  }

  private List<DataSummary> data(RunPlan plan) {
    boolean stages = config.stages().size() > 1;
    List<DataSummary> data = new ArrayList<>();
    for (TrainConfig.Stage stage : config.stages()) {
      for (TrainConfig.Data each : stage.data()) {
        plan.sources().stream()
            .filter(source -> source.name().equals(each.name()))
            .findFirst()
            .ifPresent(source ->
                data.add(
                    DataSummary.of(
                        stages ? stage.name() : "", each.name(), each.weight(), source.counts())));
      }
    }
    return data;
  }

  private static Machine machine(RunPlan plan) {
    return new Machine(
        org.blossomlm.engine.Machine.processorName().orElse(""),
        plan.peak().threads(),
        org.blossomlm.engine.Machine.totalMemory(),
        String.join(
            " ",
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")),
        Runtime.version() + " (" + System.getProperty("java.vm.name") + ")",
        "cpu",
        Optional.ofNullable(torch.class.getPackage().getImplementationVersion()).orElse(""),
        plan.peak().blas().toString(),
        plan.peak().fp32(),
        plan.peak().bf16());
  }

  private void writeFacts(Optional<String> end) {
    files.writeFacts(
        new RunFacts(
            config.name(),
            firstBegun,
            earlier.plus(Duration.between(begun, Instant.now())),
            plannedSteps,
            end));
  }

  @Override
  public void stage(int number, RunPlan.Stage stage) {
    before += latest;
    latest = 0;
    stageSteps = stage.steps();
    heard.stage(number, stage);
  }

  @Override
  public void resumed(Checkpoint from) {
    latest = from.step();
    files.cutSamples(before + latest, before + stageSteps);
    heard.resumed(from);
  }

  @Override
  public void step(StepReport report) {
    latest = report.step();
    events().step(report, before);
    heard.step(report);
  }

  /** Made by the first step: a run that has nothing left to do leaves none. */
  private EventFile events() {
    EventFile open = events;
    if (open == null) {
      open = EventFile.create(config.output().resolve(EVENTS), before + latest);
      events = open;
    }
    return open;
  }

  @Override
  public void evaluated(EvaluationReport report) {
    events().evaluation(report, before);
    heard.evaluated(report);
  }

  @Override
  public void answered(long step, String prompt, String answer) {
    files.addSample(new SampleAnswer(before + step, prompt, answer));
    heard.answered(step, prompt, answer);
  }

  @Override
  public void saved(Checkpoint checkpoint) {
    writeFacts(Optional.empty());
    heard.saved(checkpoint);
  }

  /** Steps that are taken back were seen: TensorBoard forgets them by a file that begins there. */
  @Override
  public void rolledBack(Checkpoint to, String reason) {
    latest = to.step();
    close();
    events = EventFile.create(config.output().resolve(EVENTS), before + latest + 1);
    heard.rolledBack(to, reason);
  }

  @Override
  public void writing(String what) {
    heard.writing(what);
  }

  /** All stages are done, or the run was stopped: writes the report. */
  void trained(List<LoopResult> results) {
    writeFacts(Optional.of(results.getLast().end().name()));
    TrainingReport.write(config.output());
  }

  @Override
  public void close() {
    EventFile open = events;
    events = null;
    if (open != null) {
      open.close();
    }
  }
}
