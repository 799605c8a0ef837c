package org.blossomlm.cli.report;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.train.loop.LoopResult;
import org.blossomlm.train.run.RunPlan;
import org.blossomlm.train.run.RunResult;

/** Training runs, for people. */
public final class TrainReport {
  private final Messages messages;

  public TrainReport(Messages messages) {
    this.messages = messages;
  }

  /** What a run will do and take, a line each. */
  public String plan(RunPlan plan) {
    var text = new StringBuilder();
    line(
        text,
        "train.plan.model",
        Quantities.count(plan.size().parameters()),
        Quantities.count(plan.size().trained()));
    for (RunPlan.Source source : plan.sources()) {
      line(
          text,
          "train.plan.source",
          source.name(),
          source.counts().records(),
          source.counts().examples(),
          source.counts().tokens(),
          source.counts().learntTokens());
      source
          .counts()
          .notes()
          .forEach((note, count) ->
              line(
                  text,
                  "train.plan.source-notes",
                  count,
                  messages.text(
                      "train.note." + note.name().toLowerCase(Locale.ROOT).replace('_', '-'))));
    }
    for (RunPlan.Stage stage : plan.stages()) {
      line(
          text,
          "train.plan.stage",
          stage.name(),
          stage.steps(),
          stage.samples(),
          stage.heldOut(),
          stage.tokens());
    }
    line(
        text,
        "train.plan.memory",
        Quantities.size(plan.memoryNeeded()),
        Quantities.size(plan.memoryAvailable()));
    if (plan.checkpointed()) {
      line(text, "train.plan.again");
    }
    line(
        text,
        "train.plan.disk",
        Quantities.size(plan.diskNeeded()),
        Quantities.size(plan.diskAvailable()));
    line(
        text,
        "train.plan.time",
        duration(Duration.ofSeconds(Math.round(plan.seconds()))),
        plan.type().name().toLowerCase(Locale.ROOT),
        plan.peakOperations() / 1e9);
    line(text, "train.plan.output", plan.output());
    plan.notes().forEach(note -> line(text, "train.note", note));
    return text.toString();
  }

  /** What came out of a run. */
  public String result(RunResult result) {
    var text = new StringBuilder();
    for (int i = 0; i < result.stages().size(); i++) {
      if (result.stages().get(i).end() == LoopResult.End.NO_MORE_GAIN) {
        line(text, "train.no-gain", i + 1);
      }
    }
    Path folder = result.result().orElseThrow();
    line(text, "train.done", result.steps(), result.stages().getLast().loss(), folder);
    result.files().forEach(file -> line(text, "train.file", file));
    boolean adapter = folder.endsWith("adapter");
    if (result.files().isEmpty()) {
      if (adapter) {
        line(text, "train.next.adapter", folder, folder);
      } else {
        line(text, "train.next.model", folder);
      }
    }
    return text.toString();
  }

  private void line(StringBuilder text, String key, Object... arguments) {
    text.append(messages.text(key, arguments)).append('\n');
  }

  /** For example {@code 1:02:33}, or {@code 2:05}. */
  public String duration(Duration time) {
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
