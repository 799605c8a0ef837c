package org.blossomlm.cli.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.DryRun;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.RunStatus;
import org.blossomlm.data.run.StepStatus;
import org.blossomlm.data.teacher.TeacherPause;

/** Runs of recipes, for people. */
public final class DataRunReport {
  private final Messages messages;

  public DataRunReport(Messages messages) {
    this.messages = messages;
  }

  /** One line: stage, speed, cost, and what went into and came out of each step. */
  public static String progress(RunStatus run, Messages messages) {
    StringBuilder line = new StringBuilder();
    line.append(run.stage()).append('/').append(run.stages()).append(' ').append(run.title());
    if (run.rate() > 0) {
      line.append(String.format(Locale.ROOT, " · %.0f/s", run.rate()));
    }
    if (run.spent().signum() > 0) {
      line.append(" · ").append(money(run.spent()));
    }
    if (run.pause().isPresent()) {
      TeacherPause pause = run.pause().get();
      return line.append(" · ")
          .append(
              messages.text(
                  "data.paused",
                  pause.teacher(),
                  pause.since().toSeconds(),
                  pause.patience().toSeconds(),
                  pause.said().replaceAll("\\s+", " ")))
          .toString();
    }
    String separator = " · ";
    for (StepStatus step : run.steps()) {
      line.append(separator)
          .append(step.name().substring(step.name().indexOf('.') + 1))
          .append(' ')
          .append(step.in())
          .append('→')
          .append(step.out());
      if (step.failed() > 0) {
        line.append(' ').append(messages.text("data.progress-failed", step.failed()));
      }
      separator = " | ";
    }
    return line.toString();
  }

  /** A table of steps, reasons for dropping, and files. */
  public String result(RunResult result) {
    StringBuilder text = new StringBuilder();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            messages.text("data.column.step"),
            messages.text("data.column.in"),
            messages.text("data.column.out"),
            messages.text("data.column.dropped"),
            messages.text("data.column.failed"),
            messages.text("data.column.calls"),
            messages.text("data.column.cost")));
    for (StepStatus step : result.steps()) {
      rows.add(
          List.of(
              step.name(),
              String.valueOf(step.in()),
              String.valueOf(step.out()),
              String.valueOf(step.droppedTotal()),
              String.valueOf(step.failed()),
              calls(step),
              step.cost().signum() > 0 ? money(step.cost()) : ""));
    }
    if (!result.steps().isEmpty()) {
      text.append(messages.text("data.steps")).append('\n').append(TextTable.format(rows));
    }
    reasons(result, text);
    List<List<String>> files = new ArrayList<>();
    for (RunResult.Output output : result.outputs()) {
      files.add(
          List.of(
              output.file().toString(),
              messages.text("data.record-count", output.records().orElse(0))));
    }
    text.append(messages.text("data.outputs")).append('\n').append(TextTable.format(files));
    text.append(
            messages.text(
                "data.total",
                result.failed(),
                duration(result.elapsed()),
                money(result.spent()),
                result.folder()))
        .append('\n');
    return text.toString();
  }

  private void reasons(RunResult result, StringBuilder text) {
    List<List<String>> rows = new ArrayList<>();
    for (StepStatus step : result.steps()) {
      step.dropped().forEach((reason, count) -> rows.add(List.of(step.name(), reason, "" + count)));
      step.counts().forEach((what, count) -> rows.add(List.of(step.name(), what, "" + count)));
    }
    if (!rows.isEmpty()) {
      text.append(messages.text("data.reasons")).append('\n').append(TextTable.format(rows));
    }
  }

  private static String calls(StepStatus step) {
    if (step.calls() + step.cachedCalls() == 0) {
      return "";
    }
    return step.cachedCalls() == 0
        ? String.valueOf(step.calls())
        : step.calls() + " + " + step.cachedCalls();
  }

  /** What a run would do. */
  public String plan(Recipe recipe, DryRun.Plan plan) {
    StringBuilder text = new StringBuilder();
    text.append(messages.text("data.plan", recipe.name(), recipe.seed())).append('\n');
    List<List<String>> sources = new ArrayList<>();
    for (Map.Entry<String, Long> source : plan.sources().entrySet()) {
      sources.add(List.of(source.getKey(), messages.text("data.record-count", source.getValue())));
    }
    text.append(messages.text("data.sources")).append('\n').append(TextTable.format(sources));
    List<List<String>> stages = new ArrayList<>();
    int number = 1;
    for (DryRun.PlannedStage stage : plan.stages()) {
      stages.add(
          List.of(
              String.valueOf(number++),
              messages.text("data.stage." + stage.kind().name().toLowerCase(Locale.ROOT)),
              stage.title(),
              String.join(" → ", stage.steps())));
    }
    text.append(messages.text("data.stages")).append('\n').append(TextTable.format(stages));
    if (!plan.asked().isEmpty()) {
      List<List<String>> asked = new ArrayList<>();
      for (DryRun.Asked step : plan.asked()) {
        asked.add(
            List.of(
                step.step(),
                messages.text(
                    "data.estimate",
                    step.estimate().calls(),
                    step.estimate().promptTokens(),
                    step.estimate().completionTokens()),
                step.estimate()
                    .cost()
                    .map(DataRunReport::money)
                    .orElse(messages.text("data.no-price"))));
      }
      text.append(messages.text("data.cost")).append('\n').append(TextTable.format(asked));
    }
    String outputs =
        recipe.sinks().stream().map(Recipe.Sink::file).collect(Collectors.joining(", "));
    text.append(messages.text("data.would-write", outputs)).append('\n');
    return text.toString();
  }

  private static String money(BigDecimal usd) {
    int digits = usd.signum() == 0 || usd.compareTo(BigDecimal.ONE) >= 0 ? 2 : 4;
    return usd.setScale(digits, RoundingMode.HALF_UP).toPlainString() + " USD";
  }

  private static String duration(Duration time) {
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(
            Locale.ROOT,
            "%d:%02d.%d",
            time.toMinutes(),
            time.toSecondsPart(),
            time.toMillisPart() / 100);
  }
}
