package org.blossomlm.train.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.blossomlm.data.report.Html;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.ExampleNote;
import org.blossomlm.train.report.LineChart.Line;

/**
 * {@code report.html} of a run: one file without references, in English and Chinese, light or dark.
 * Curves, what the model said on the way, what was learnt from, checkpoints, machine and
 * configuration. A run that is still at work can be looked at, too.
 */
public final class TrainingReport {
  public static final String FILE = "report.html";
  public static final String PLOT = "loss.png";
  private static final Set<String> KNOWN =
      Set.of(
          Metrics.LOSS,
          Metrics.LEARNING_RATE,
          Metrics.GRADIENT_NORM,
          Metrics.TOKENS,
          Metrics.LEARNT_TOKENS,
          Metrics.SECONDS,
          Metrics.TOKENS_PER_SECOND,
          Metrics.EVALUATION_LOSS,
          Metrics.EVALUATION_PERPLEXITY,
          Metrics.EVALUATION_TOKENS);

  private final ReportedRun run;
  private final Metrics metrics;
  private final Html page = new Html();

  private TrainingReport(ReportedRun run) {
    this.run = run;
    this.metrics = run.metrics();
  }

  /**
   * Writes {@code report.html} and, once there is a loss, {@code loss.png} into the folder of a
   * run. Where this machine cannot draw (it has no fonts), that is a warning.
   *
   * @return the page
   * @throws TrainException if the folder is none of a run, or cannot be written
   */
  public static Path write(Path runFolder) {
    ReportedRun run = new RunFiles(runFolder).read();
    Path file = runFolder.resolve(FILE);
    try {
      AtomicFile.write(file, html(run).getBytes(StandardCharsets.UTF_8), TrainException::new);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be written: " + e.getMessage(), e);
    }
    if (run.metrics().curve(Metrics.LOSS).last().isPresent()) {
      try {
        LossPlot.write(runFolder.resolve(PLOT), run.name(), run.metrics());
      } catch (TrainException e) {
        System.getLogger(TrainingReport.class.getName())
            .log(System.Logger.Level.WARNING, "{0}", e.getMessage());
      }
    }
    return file;
  }

  /** The page. */
  static String html(ReportedRun run) {
    var report = new TrainingReport(run);
    report.summary();
    report.curves();
    report.incidents();
    report.evaluations();
    report.samples();
    report.data();
    report.checkpoints();
    report.machine();
    report.configuration();
    return report.page.document(run.name(), resource("report.css"), resource("report.js"));
  }

  private static String resource(String name) {
    try (InputStream in = TrainingReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void summary() {
    page.heading(1, Html.escaped(run.name()));
    page.raw("<p class=\"facts\">");
    String planned =
        run.facts()
            .filter(facts -> facts.plannedSteps() > metrics.steps())
            .map(facts -> " / " + Html.number(facts.plannedSteps()))
            .orElse("");
    page.fact(Html.label("steps", "步数"), Html.number(metrics.steps()) + planned);
    page.fact(
        Html.label("loss at the end (smoothed)", "最终损失（平滑）"),
        number(metrics.curve(Metrics.LOSS).smoothed().last()));
    Curve evaluation = metrics.curve(Metrics.EVALUATION_LOSS);
    if (evaluation.lowest().isPresent()) {
      page.fact(Html.label("lowest evaluation loss", "最低评估损失"), number(evaluation.lowest()));
      page.fact(
          Html.label("its perplexity", "对应困惑度"),
          String.format(Locale.ROOT, "%.2f", Math.exp(evaluation.lowest().orElse(0))));
    }
    page.fact(
        Html.label("learnt tokens seen", "学习的词元"),
        Html.number((long) metrics.curve(Metrics.LEARNT_TOKENS).sum()));
    metrics
        .curve(Metrics.TOKENS_PER_SECOND)
        .median()
        .ifPresent(
            speed -> page.fact(Html.label("tokens/s", "词元/秒"), Html.number(Math.round(speed))));
    Duration steps = Duration.ofMillis((long) (1000 * metrics.curve(Metrics.SECONDS).sum()));
    page.fact(Html.label("time in steps", "训练步用时"), clock(steps));
    run.facts()
        .ifPresent(facts -> page.fact(Html.label("time in all", "总用时"), clock(facts.elapsed())));
    page.raw("</p>\n");
    run.facts()
        .ifPresent(facts ->
            page.raw(
                "<p>"
                    + Html.label("started", "开始于")
                    + " "
                    + Html.escaped(facts.started().toString())
                    + " · "
                    + facts
                        .end()
                        .map(TrainingReport::end)
                        .orElse(Html.label("still at work, or interrupted", "仍在运行或已中断"))
                    + "</p>\n"));
  }

  private static String end(String end) {
    return switch (end) {
      case "ALL_STEPS" -> Html.label("all steps were done", "全部步数已完成");
      case "NO_MORE_DATA" -> Html.label("ended with its data", "数据用尽而结束");
      case "NO_MORE_GAIN" -> Html.label("ended early: no more gain", "提前停止：不再进步");
      case "STOPPED" -> Html.label("was stopped", "被中止");
      default -> Html.escaped(end);
    };
  }

  private void curves() {
    Curve loss = metrics.curve(Metrics.LOSS);
    if (loss.isEmpty()) {
      page.raw("<p>" + Html.label("No step was done yet.", "尚未完成任何一步。") + "</p>\n");
      return;
    }
    page.heading(2, Html.label("Curves", "曲线"));
    page.raw("<div class=\"charts\">\n");
    page.raw(
        new LineChart(
                Html.label("Loss", "损失"),
                List.of(
                    new Line(Html.label("each step", "每步"), "raw", loss),
                    new Line(Html.label("smoothed", "平滑"), "first", loss.smoothed()),
                    new Line(
                        Html.label("evaluation", "评估"),
                        "second",
                        metrics.curve(Metrics.EVALUATION_LOSS),
                        true)))
            .markup());
    page.raw(
        new LineChart(
                Html.label("Learning rate", "学习率"),
                List.of(new Line("", "second", metrics.curve(Metrics.LEARNING_RATE))))
            .markup());
    both(Html.label("Norm of the gradient before clipping", "裁剪前的梯度范数"), Metrics.GRADIENT_NORM);
    both(Html.label("Tokens per second", "每秒词元数"), Metrics.TOKENS_PER_SECOND);
    metrics
        .curves()
        .keySet()
        .forEach(key -> {
          if (!KNOWN.contains(key)) {
            both(Html.escaped(key), key);
          }
        });
    page.raw("</div>\n");
  }

  private void both(String title, String key) {
    Curve curve = metrics.curve(key);
    page.raw(
        new LineChart(
                title,
                List.of(
                    new Line(Html.label("each step", "每步"), "raw", curve),
                    new Line(Html.label("smoothed", "平滑"), "first", curve.smoothed())))
            .markup());
  }

  private void incidents() {
    if (metrics.incidents().isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Steps that changed nothing", "未更新权重的步"));
    page.raw(
        "<p>"
            + Html.label(
                "Their loss or gradient was no number, or far above those before. Steps taken back: ",
                "其损失或梯度不是有限数，或远高于此前的值。回退的步数：")
            + Html.number(metrics.undone())
            + "</p>\n");
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            Html.label("step", "步"),
            Html.label("loss", "损失"),
            Html.label("gradient norm", "梯度范数"),
            Html.label("what was done", "处理")));
    for (Metrics.Incident each : metrics.incidents()) {
      rows.add(
          List.of(
              Html.number(each.step()),
              number(each.loss()),
              number(each.gradientNorm()),
              switch (each.verdict()) {
                case "SKIPPED" -> Html.label("left out", "跳过");
                case "ROLL_BACK" -> Html.label("back to the checkpoint before", "回退到上一检查点");
                default -> Html.escaped(each.verdict());
              }));
    }
    page.table(rows);
  }

  private void evaluations() {
    Curve losses = metrics.curve(Metrics.EVALUATION_LOSS);
    if (losses.isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            Html.label("step", "步"),
            Html.label("loss", "损失"),
            Html.label("perplexity", "困惑度"),
            Html.label("tokens", "词元")));
    for (int i = 0; i < losses.size(); i++) {
      long step = losses.steps()[i];
      boolean best = step == losses.lowestAt();
      rows.add(
          List.of(
              Html.number(step),
              (best ? "<b class=\"best\">" : "")
                  + number(losses.values()[i])
                  + (best ? "</b>" : ""),
              String.format(Locale.ROOT, "%.2f", Math.exp(losses.values()[i])),
              Html.number((long) metrics.curve(Metrics.EVALUATION_TOKENS).at(step).orElse(0))));
    }
    page.details(Html.label("All evaluations", "全部评估"), new Html().table(rows).toString());
  }

  private void samples() {
    if (run.samples().isEmpty()) {
      return;
    }
    page.heading(2, Html.label("What the model answered during training", "训练过程中的回答"));
    Map<String, List<SampleAnswer>> byPrompt = new LinkedHashMap<>();
    run.samples()
        .forEach(sample ->
            byPrompt.computeIfAbsent(sample.prompt(), key -> new ArrayList<>()).add(sample));
    byPrompt.forEach((prompt, answers) -> {
      page.raw("<h4>" + Html.escaped(prompt) + "</h4>\n" + answer(answers.getLast()));
      if (answers.size() > 1) {
        StringBuilder earlier = new StringBuilder();
        answers
            .subList(0, answers.size() - 1)
            .reversed()
            .forEach(each -> earlier.append(answer(each)));
        page.details(Html.label("earlier", "更早"), earlier.toString());
      }
    });
  }

  private static String answer(SampleAnswer sample) {
    return "<p class=\"answer\">"
        + Html.label("step ", "步 ")
        + Html.number(sample.step())
        + "</p><pre>"
        + Html.escaped(sample.answer())
        + "</pre>\n";
  }

  private void data() {
    if (run.data().isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Data", "数据"));
    boolean stages = run.data().stream().anyMatch(source -> !source.stage().isEmpty());
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>();
    head.add(Html.label("source", "来源"));
    if (stages) {
      head.add(Html.label("stage", "阶段"));
    }
    head.addAll(
        List.of(
            Html.label("weight", "权重"),
            Html.label("records", "记录"),
            Html.label("samples", "样本"),
            Html.label("cut", "截断"),
            Html.label("dropped", "丢弃"),
            Html.label("tokens", "词元"),
            Html.label("learnt", "学习"),
            Html.label("share", "占比")));
    rows.add(head);
    Map<String, Long> notes = new LinkedHashMap<>();
    for (DataSummary source : run.data()) {
      List<String> row = new ArrayList<>();
      row.add(Html.escaped(source.name()));
      if (stages) {
        row.add(Html.escaped(source.stage()));
      }
      row.addAll(
          List.of(
              Ticks.label(source.weight()),
              Html.number(source.records()),
              Html.number(source.examples()),
              Html.number(source.cut()),
              Html.number(source.dropped()),
              Html.number(source.tokens()),
              Html.number(source.learntTokens()),
              String.format(
                  Locale.ROOT,
                  "%.0f %%",
                  100.0 * source.learntTokens() / Math.max(1, source.tokens()))));
      rows.add(row);
      for (ExampleNote note : ExampleNote.values()) {
        if (source.notes().containsKey(note)) {
          notes.merge(label(note), source.notes().get(note), Long::sum);
        }
      }
    }
    page.table(rows);
    if (!notes.isEmpty()) {
      page.bars(Html.label("What else became of records", "记录的其他情况"), notes);
    }
  }

  private static String label(ExampleNote note) {
    return switch (note) {
      case CUT -> Html.label("cut at the end of a turn", "在轮次末尾截断");
      case SPLIT -> Html.label("split into several samples", "拆分为多个样本");
      case TOO_LONG -> Html.label("too long, left out", "过长而舍弃");
      case REASONING_LEFT_OUT -> Html.label("the template leaves out reasoning", "模板略去推理");
      case FAILED -> Html.label("marked as failed", "已标记为失败");
      case NOTHING_TO_LEARN -> Html.label("nothing to learn", "没有可学习的内容");
      case NO_END_TOKEN -> Html.label("no end token", "缺少结束词元");
      case HISTORY_CHANGES -> Html.label("the template changes history", "模板改写历史");
      case PROMPT_DIFFERS -> Html.label("the prompt is not how the answer begins", "提示词与回答开头不一致");
      case REFUSED -> Html.label("the template refuses it", "模板拒绝");
      case NOT_A_SAMPLE -> Html.label("no conversation or text", "既非对话也非文本");
    };
  }

  private void checkpoints() {
    if (run.checkpoints().isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Checkpoints that are there", "现有检查点"));
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            Html.label("folder", "目录"),
            Html.label("step", "步"),
            Html.label("MB", "MB"),
            Html.label("evaluation loss", "评估损失"),
            ""));
    for (SavedCheckpoint each : run.checkpoints()) {
      rows.add(
          List.of(
              Html.escaped(each.name()),
              Html.number(each.step()),
              String.format(Locale.ROOT, "%,.1f", each.bytes() / 1e6),
              number(metrics.curve(Metrics.EVALUATION_LOSS).at(each.step())),
              each.best() ? "<b class=\"best\">" + Html.label("best", "最佳") + "</b>" : ""));
    }
    page.table(rows);
  }

  private void machine() {
    run.machine()
        .ifPresent(machine -> {
          page.heading(2, Html.label("Machine", "机器"));
          List<List<String>> rows = new ArrayList<>();
          rows.add(List.of("", ""));
          row(rows, Html.label("processor", "处理器"), machine.processor());
          row(rows, Html.label("threads", "线程"), positive("%.0f", machine.threads()));
          row(rows, Html.label("memory", "内存"), positive("%.1f GB", machine.memoryBytes() / 1e9));
          row(rows, Html.label("system", "系统"), machine.system());
          row(rows, "Java", machine.java());
          row(rows, Html.label("device", "设备"), machine.device());
          row(rows, "libtorch", machine.libtorch());
          row(rows, Html.label("matrix products", "矩阵乘法库"), machine.blas());
          row(
              rows,
              Html.label("peak, fp32", "峰值，fp32"),
              positive("%.0f GFLOP/s", machine.fp32Gflops()));
          row(
              rows,
              Html.label("peak, bf16", "峰值，bf16"),
              positive("%.0f GFLOP/s", machine.bf16Gflops()));
          page.raw("<div class=\"plain\">").table(rows).raw("</div>\n");
        });
  }

  private static void row(List<List<String>> rows, String label, String value) {
    if (!value.isEmpty()) {
      rows.add(List.of(label, Html.escaped(value)));
    }
  }

  private static String positive(String format, double value) {
    return value > 0 ? String.format(Locale.ROOT, format, value) : "";
  }

  private void configuration() {
    if (!run.configuration().isEmpty()) {
      page.heading(2, Html.label("Configuration", "配置"));
      page.details(
          Html.label("with every default in its place", "含全部默认值"),
          "<pre>" + Html.escaped(run.configuration()) + "</pre>");
    }
  }

  private static String number(OptionalDouble value) {
    return value.isEmpty() ? "–" : number(value.getAsDouble());
  }

  private static String number(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.4f", value)
        : Html.escaped(String.valueOf(value));
  }

  private static String clock(Duration time) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }
}
