package org.blossomlm.data.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.RecordLines;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.StepStatus;
import org.blossomlm.model.files.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code report.html} of a run: one file without references, in English and Chinese. What every
 * step did, why records left with examples, what it cost, and what the written records are like.
 */
public final class RunReport {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int EXAMPLES_PER_REASON = 3;
  private static final int LINES_LOOKED_AT = 20_000;

  private final Recipe recipe;
  private final RunResult result;
  private final Html page = new Html();

  private RunReport(Recipe recipe, RunResult result) {
    this.recipe = recipe;
    this.result = result;
  }

  /**
   * Writes the report of a run that is complete into its folder.
   *
   * @throws DataException if it cannot be written, or an output cannot be read
   */
  public static Path write(Recipe recipe, RunResult result) {
    Path file = result.folder().resolve("report.html");
    try {
      byte[] page = new RunReport(recipe, result).html().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(file, page, DataException::new);
      return file;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private String html() throws IOException {
    summary();
    steps();
    reasons();
    cost();
    for (int i = 0; i < recipe.sinks().size(); i++) {
      output(recipe.sinks().get(i), result.outputs().get(i));
    }
    ClusterSection.write(result, page);
    left();
    plan();
    return page.document(recipe.name(), "", "");
  }

  private void summary() {
    page.heading(1, Html.escaped(recipe.name()));
    long written = result.outputs().stream().mapToLong(each -> each.records().orElse(0)).sum();
    page.raw("<p class=\"facts\">");
    page.fact(Html.label("records written", "写出记录"), Html.number(written));
    page.fact(Html.label("failed", "失败"), Html.number(result.failed()));
    page.fact(Html.label("time", "用时"), clock(result.elapsed()));
    page.fact(Html.label("cost", "花费"), dollars(result.spent()));
    page.fact(Html.label("seed", "种子"), String.valueOf(recipe.seed()));
    page.raw("</p>\n");
  }

  private void steps() {
    if (result.steps().isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Steps", "步骤"));
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            Html.label("step", "步骤"),
            Html.label("in", "输入"),
            Html.label("out", "输出"),
            Html.label("dropped", "丢弃"),
            Html.label("failed", "失败"),
            Html.label("work", "工作量"),
            "<small>" + Html.label("counted", "计数") + "</small>"));
    for (StepStatus step : result.steps()) {
      rows.add(
          List.of(
              Html.escaped(step.name()),
              Html.number(step.in()),
              Html.number(step.out()),
              some(step.droppedTotal()),
              some(step.failed()),
              clock(step.time()),
              counted(step)));
    }
    page.table(rows);
  }

  private static String counted(StepStatus step) {
    List<String> counts = new ArrayList<>();
    step.counts()
        .forEach((what, count) ->
            counts.add(Html.escaped(what) + "&nbsp;<b>" + Html.number(count) + "</b>"));
    return counts.isEmpty() ? "" : "<small>" + String.join(" · ", counts) + "</small>";
  }

  /** Nothing for none, so that what there is stands out. */
  private static String some(long number) {
    return number == 0 ? "" : Html.number(number);
  }

  private void reasons() {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (StepStatus step : result.steps()) {
      step.dropped()
          .forEach(
              (reason, count) -> reasons.put(Html.escaped(step.name() + ": " + reason), count));
    }
    if (!reasons.isEmpty()) {
      page.wideBars(Html.label("Why records were dropped", "丢弃原因"), reasons);
    }
  }

  private void cost() {
    List<StepStatus> asking =
        result.steps().stream().filter(step -> step.calls() + step.cachedCalls() > 0).toList();
    if (asking.isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Teachers", "教师模型"));
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            Html.label("step", "步骤"),
            Html.label("calls", "调用"),
            Html.label("cached", "缓存"),
            Html.label("tokens asked", "提问词元"),
            Html.label("tokens answered", "回答词元"),
            Html.label("cost", "花费"),
            Html.label("cost of 1,000 records", "每千条花费")));
    for (StepStatus step : asking) {
      rows.add(
          List.of(
              Html.escaped(step.name()),
              Html.number(step.calls()),
              some(step.cachedCalls()),
              Html.number(step.promptTokens()),
              Html.number(step.completionTokens()),
              dollars(step.cost()),
              step.out() == 0
                  ? ""
                  : dollars(
                      step.cost()
                          .multiply(BigDecimal.valueOf(1000))
                          .divide(BigDecimal.valueOf(step.out()), MathContext.DECIMAL64))));
    }
    rows.add(
        List.of(
            "<b>" + Html.label("all", "合计") + "</b>",
            Html.number(asking.stream().mapToLong(StepStatus::calls).sum()),
            some(asking.stream().mapToLong(StepStatus::cachedCalls).sum()),
            Html.number(asking.stream().mapToLong(StepStatus::promptTokens).sum()),
            Html.number(asking.stream().mapToLong(StepStatus::completionTokens).sum()),
            "<b>" + dollars(result.spent()) + "</b>",
            ""));
    page.table(rows);
  }

  /** To a hundredth of a cent; less is not nothing. */
  private static String dollars(BigDecimal amount) {
    BigDecimal rounded = amount.setScale(4, RoundingMode.HALF_UP);
    return rounded.signum() == 0 && amount.signum() > 0
        ? "&lt; 0.0001 USD"
        : rounded.stripTrailingZeros().toPlainString() + " USD";
  }

  private void output(Recipe.Sink sink, RunResult.Output output) {
    page.heading(2, Html.label("File", "文件") + " " + Html.escaped(sink.file()));
    RecordProfile profile = profile(sink, output);
    page.raw("<p>" + Html.number(profile.records()) + " " + Html.label("records", "条记录") + "</p>");
    Map<String, Long> lengths = new LinkedHashMap<>();
    profile
        .lengths()
        .forEach((power, count) ->
            lengths.put(
                power == 0
                    ? "0"
                    : Html.number(1L << (power - 1)) + "–" + Html.number((1L << power) - 1),
                count));
    page.raw("<div class=\"charts\">");
    page.bars(Html.label("Length in characters", "长度（字符）"), lengths);
    Map<String, Long> languages = new LinkedHashMap<>();
    profile.languages().forEach((code, count) -> languages.put(languageLabel(code), count));
    page.bars(Html.label("Language by script", "语言（按文字）"), languages);
    if (!profile.turns().isEmpty()) {
      Map<String, Long> turns = new LinkedHashMap<>();
      profile.turns().forEach((number, count) -> turns.put(String.valueOf(number), count));
      page.bars(Html.label("Turns", "轮数"), turns);
    }
    List<String> same = new ArrayList<>();
    profile
        .categories()
        .forEach((key, values) -> {
          Map<String, Long> escaped = new LinkedHashMap<>();
          values.forEach((value, count) -> escaped.put(Html.escaped(value), count));
          if (escaped.size() == 1 && escaped.containsValue(profile.records())) {
            same.add(Html.escaped(key) + ": <b>" + String.join("", escaped.keySet()) + "</b>");
          } else {
            page.bars(Html.escaped(key), escaped);
          }
        });
    page.raw("</div>\n");
    if (!same.isEmpty()) {
      page.raw("<p class=\"soft\">" + Html.label("All have", "全部具有") + " ");
      page.raw(String.join(" · ", same) + "</p>\n");
    }
    StringBuilder examples = new StringBuilder();
    profile.examples().forEach(record -> examples.append(example(record.id(), record)));
    page.details(Html.label("Examples that were kept", "保留样例"), examples.toString());
  }

  private static RecordProfile profile(Recipe.Sink sink, RunResult.Output output) {
    var profile = new RecordProfile();
    if (output.records().orElse(0) == 0) {
      return profile;
    }
    String name = output.file().toString();
    int dot = output.file().getFileName().toString().indexOf('.');
    int start = name.length() - output.file().getFileName().toString().length();
    String files =
        sink.shard().isPresent()
            ? name.substring(0, start + dot) + "-*-of-*" + name.substring(start + dot)
            : name;
    try (RecordReader reader = RecordFiles.read(files, ReadOptions.DEFAULT)) {
      for (Optional<DataRecord> record = reader.next();
          record.isPresent();
          record = reader.next()) {
        profile.add(record.get());
      }
    }
    return profile;
  }

  private static String languageLabel(String code) {
    return switch (code) {
      case "zh" -> Html.label("Chinese", "中文");
      case "en" -> Html.label("English", "英文");
      case "ja" -> Html.label("Japanese", "日文");
      case "ko" -> Html.label("Korean", "韩文");
      case "mixed" -> Html.label("mixed", "混合");
      case "none" -> Html.label("no letters", "无文字");
      default -> Html.label("other", "其他");
    };
  }

  private static String example(String title, DataRecord record) {
    return "<article><h4>"
        + Html.escaped(title)
        + "</h4><pre>"
        + Html.escaped(String.join("\n", RecordLines.of(record)))
        + "</pre></article>\n";
  }

  /** Examples of what was dropped and what failed. */
  private void left() throws IOException {
    List<Path> files = new ArrayList<>();
    for (StepStatus step : result.steps()) {
      files.add(result.folder().resolve("dropped").resolve(step.name() + ".jsonl"));
    }
    files.add(result.folder().resolve("failed.jsonl"));
    Map<String, List<String>> examples = new TreeMap<>();
    for (Path file : files) {
      if (Files.exists(file)) {
        collect(file, examples);
      }
    }
    if (examples.isEmpty()) {
      return;
    }
    page.heading(2, Html.label("Examples of records that left", "离开的记录样例"));
    examples.forEach((reason, texts) -> page.details(Html.escaped(reason), String.join("", texts)));
  }

  private static void collect(Path file, Map<String, List<String>> examples) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int lines = 0;
      for (String line = reader.readLine();
          line != null && lines < LINES_LOOKED_AT;
          line = reader.readLine()) {
        lines++;
        Map<?, ?> map;
        try {
          map = JSON.readValue(line, Map.class);
        } catch (JacksonException e) {
          continue; // Half a line of a run that is still at work.
        }
        List<String> texts =
            examples.computeIfAbsent(
                map.get("step") + ": " + map.get("reason"), key -> new ArrayList<>());
        if (texts.size() < EXAMPLES_PER_REASON) {
          texts.add(leaver(map));
        }
      }
    }
  }

  private static String leaver(Map<?, ?> map) {
    Object record = map.get("record");
    if (record == null) {
      return "<pre>" + Html.escaped(String.valueOf(map.get("raw"))) + "</pre>\n";
    }
    DataRecord read = RecordJson.read(JSON.writeValueAsString(record));
    return example(read.id(), read);
  }

  private void plan() throws IOException {
    page.details(
        Html.label("The recipe, all defaults filled in", "配方（含全部默认值）"),
        "<pre>" + Html.escaped(Files.readString(result.folder().resolve("plan.yaml"))) + "</pre>");
  }

  private static String clock(Duration time) {
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d.%d",
        time.toHours(),
        time.toMinutesPart(),
        time.toSecondsPart(),
        time.toMillisPart() / 100);
  }
}
