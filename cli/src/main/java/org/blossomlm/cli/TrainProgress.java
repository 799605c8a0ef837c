package org.blossomlm.cli;

import java.time.Duration;
import java.util.Optional;
import org.blossomlm.cli.report.TrainReport;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.train.checkpoint.Checkpoint;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.SpikeGuard;
import org.blossomlm.train.loop.StepReport;
import org.blossomlm.train.run.RunListener;
import org.blossomlm.train.run.RunPlan;

/** Shows a run: a line for the step, which goes, and lines for what is worth keeping. */
final class TrainProgress implements RunListener {
  /** Of what was seen before, in averages over steps. */
  private static final double KEPT = 0.9;

  private final Application application;
  private final StatusLine status;
  private final TrainReport report;

  private Optional<RunPlan> plan = Optional.empty();
  private int stage;
  private long steps;
  private long stepsHere;
  private long start;
  private double tokens;
  private double learnt;
  private double seconds;

  TrainProgress(Application application, StatusLine status, TrainReport report) {
    this.application = application;
    this.status = status;
    this.report = report;
  }

  /** Of all stages so far. */
  long steps() {
    return before() + steps;
  }

  private long before() {
    return plan.map(
            known -> known.stages().stream().limit(stage).mapToLong(RunPlan.Stage::steps).sum())
        .orElse(0L);
  }

  @Override
  public void preparing(String source, long records) {
    status.show(application.text("train.preparing", source, records));
  }

  @Override
  public void planned(RunPlan planned) {
    plan = Optional.of(planned);
    line(report.plan(planned).stripTrailing());
  }

  @Override
  public void stage(int number, RunPlan.Stage begun) {
    stage = number;
    steps = 0;
    if (plan.isPresent() && plan.get().stages().size() > 1) {
      line(application.text("train.stage", begun.name()));
    }
  }

  @Override
  public void resumed(Checkpoint from) {
    steps = from.step();
    line(application.text("train.resumed", from.step()));
  }

  @Override
  public void step(StepReport step) {
    if (stepsHere++ == 0) {
      start = System.nanoTime() - (long) (1e9 * step.seconds());
    }
    steps = step.step();
    tokens = KEPT * tokens + step.tokens();
    learnt = KEPT * learnt + step.learntTokens();
    seconds = KEPT * seconds + step.seconds();
    if (step.verdict() == SpikeGuard.Verdict.SKIPPED) {
      line(application.text("train.skipped", step.step(), step.loss(), step.gradientNorm()));
    }
    plan.ifPresent(known -> status.show(text(known, step)));
  }

  private String text(RunPlan known, StepReport step) {
    long all = known.stages().stream().mapToLong(RunPlan.Stage::steps).sum();
    double each = (System.nanoTime() - start) / 1e9 / stepsHere;
    var left = Duration.ofMillis((long) (1e3 * each * (all - steps())));
    double share =
        known.size().operations(Math.round(tokens), Math.round(learnt))
            / seconds
            / known.peakOperations();
    return application.text(
        "train.progress",
        step.step(),
        step.totalSteps(),
        step.loss(),
        step.learningRate(),
        step.gradientNorm(),
        tokens / seconds,
        100 * share,
        report.duration(left));
  }

  @Override
  public void evaluated(EvaluationReport evaluation) {
    line(
        application.text(
            "train.evaluated",
            evaluation.step(),
            evaluation.loss(),
            evaluation.perplexity(),
            evaluation.best() ? application.text("train.best") : ""));
  }

  @Override
  public void answered(long step, String prompt, String answer) {
    line(application.text("train.answered", step, oneLine(prompt), oneLine(answer)));
  }

  /** What a model says must not drive the terminal. */
  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cc}", "\uFFFD");
  }

  @Override
  public void rolledBack(Checkpoint to, String reason) {
    line(application.text("train.rolled-back", reason, to.step()));
  }

  @Override
  public void writing(String what) {
    status.show(application.text("train.writing", what));
  }

  private void line(String text) {
    status.clear();
    application.streams().out().println(text);
  }
}
