package org.blossomlm.data.card;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.recipe.RecipeText;
import org.blossomlm.data.run.RunCommand;
import org.blossomlm.data.run.RunFiles;

/** How a run made the data set: sources, teachers, steps, benchmarks, and how to do it again. */
final class MakingSection {
  private static final String UNKNOWN = "not stated · 未注明";
  private static final Set<String> WILD = Set.of("*", "?", "[", "{");

  private final RunPlan plan;
  private final RunFiles run;

  MakingSection(RunPlan plan) {
    this.plan = plan;
    this.run = plan.run();
  }

  void write(Markdown markdown) {
    sources(markdown);
    steps(markdown);
    teachers(markdown);
    contamination(markdown);
    again(markdown);
  }

  boolean hasTeachers() {
    return !plan.map("teachers").isEmpty();
  }

  private void sources(Markdown markdown) {
    markdown.heading(2, "Sources and licences · 来源与许可");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("source · 来源", "files · 文件", "licence · 许可"));
    plan.map("sources")
        .forEach((name, value) -> {
          Map<?, ?> source = value instanceof Map<?, ?> map ? map : Map.of();
          rows.add(
              List.of(
                  Markdown.code(name),
                  String.join(
                      "<br>",
                      RunPlan.texts(source.get("files")).stream()
                          .map(MakingSection::shortened)
                          .map(Markdown::code)
                          .toList()),
                  license(source).map(Markdown::escaped).orElse(UNKNOWN)));
        });
    markdown.table(rows, List.of());
  }

  /** The folder and name of a file: where it lies on somebody's disk is nobody else's concern. */
  private static String shortened(String file) {
    if (!file.startsWith("/") && !file.matches("[A-Za-z]:[/\\\\].*")) {
      return file;
    }
    String[] parts = file.replace('\\', '/').split("/");
    return parts.length < 2 ? file : "…/" + parts[parts.length - 2] + "/" + parts[parts.length - 1];
  }

  /** As the recipe says; else by the text of the licence that lies with the files. */
  private Optional<String> license(Map<?, ?> source) {
    if (RunPlan.map(source, "metadata").get("license") instanceof String stated) {
      return Optional.of(stated);
    }
    Optional<String> folder = run.command().map(RunCommand::folder);
    Set<String> found = new HashSet<>();
    for (String file : RunPlan.texts(source.get("files"))) {
      if (folder.isEmpty()) {
        return Optional.empty();
      }
      Optional<String> license = near(Path.of(folder.get()), file);
      if (license.isEmpty()) {
        return Optional.empty();
      }
      found.add(license.get());
    }
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join(", ", found.stream().sorted().toList()));
  }

  private static Optional<String> near(Path folder, String file) {
    String plain = file.replaceFirst("!.*", "");
    for (String sign : WILD) {
      int at = plain.indexOf(sign);
      plain = at < 0 ? plain : plain.substring(0, at);
    }
    try {
      Path path = folder.resolve(plain);
      return License.near(Files.isDirectory(path) ? path.resolve("any") : path);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The licence of the set, where all its sources have the same. */
  Optional<String> license() {
    Set<String> licenses = new HashSet<>();
    for (Object source : plan.map("sources").values()) {
      Optional<String> license = source instanceof Map<?, ?> map ? license(map) : Optional.empty();
      if (license.isEmpty()) {
        return Optional.empty();
      }
      licenses.add(license.get());
    }
    return licenses.size() == 1 ? licenses.stream().findFirst() : Optional.empty();
  }

  private void steps(Markdown markdown) {
    List<RunPlan.Step> steps = plan.steps();
    if (steps.isEmpty()) {
      return;
    }
    markdown.heading(2, "Steps · 步骤");
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "step · 步骤",
            "operator · 算子",
            "in · 输入",
            "out · 输出",
            "dropped · 丢弃",
            "failed · 失败",
            "calls · 调用"));
    for (RunPlan.Step step : steps) {
      long calls = step.count("calls") + step.count("cached_calls");
      rows.add(
          List.of(
              Markdown.code(step.name()),
              Markdown.code(step.operator()),
              Markdown.number(step.count("in")),
              Markdown.number(step.count("out")),
              Markdown.number(step.dropped()),
              Markdown.number(step.count("failed")),
              calls == 0 ? "" : Markdown.number(calls)));
    }
    markdown.table(rows, List.of(2, 3, 4, 5, 6));
  }

  private void teachers(Markdown markdown) {
    Map<String, Object> teachers = plan.map("teachers");
    if (teachers.isEmpty()) {
      return;
    }
    markdown.heading(2, "Teachers and cost · 教师模型与花费");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name · 名称", "model · 模型", "service · 服务"));
    teachers.forEach((name, value) -> {
      Map<?, ?> settings = value instanceof Map<?, ?> map ? map : Map.of("model", value);
      String model = String.valueOf(settings.get("model"));
      boolean local = model.startsWith("local:");
      rows.add(
          List.of(
              Markdown.escaped(name),
              Markdown.code(local ? model.replaceFirst("local:(.*[/\\\\])?", "") : model),
              local
                  ? "run by Blossom · 由 Blossom 运行"
                  : Markdown.escaped(host(String.valueOf(settings.get("base_url"))))));
    });
    markdown.table(rows, List.of());
    long calls = sum("calls");
    long cached = sum("cached_calls");
    String spent = String.valueOf(run.metrics().get("spent_usd"));
    String tokens =
        Markdown.number(sum("prompt_tokens")) + " + " + Markdown.number(sum("completion_tokens"));
    markdown.paragraph(
        ("%s answers, %s more from the cache; %s tokens (asked + answered); %s USD.\n\n"
                + "%s 次回答，另有 %s 次取自缓存；词元 %s（提问 + 回答）；花费 %s 美元。")
            .formatted(
                Markdown.number(calls),
                Markdown.number(cached),
                tokens,
                spent,
                Markdown.number(calls),
                Markdown.number(cached),
                tokens,
                spent));
  }

  private long sum(String key) {
    return plan.steps().stream().mapToLong(step -> step.count(key)).sum();
  }

  private static String host(String address) {
    if (address.equals("null")) {
      return "api.openai.com";
    }
    try {
      String host = URI.create(address).getHost();
      return host == null || host.matches("localhost|127\\..*|10\\..*|192\\.168\\..*|\\[?::1\\]?")
          ? "local · 本地"
          : host;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private void contamination(Markdown markdown) {
    markdown.heading(2, "Decontamination · 去污染");
    List<RunPlan.Step> steps =
        plan.steps().stream().filter(step -> step.operator().equals("decontaminate")).toList();
    if (steps.isEmpty()) {
      markdown.paragraph(
          "The recipe has no such step: benchmarks may be in the data.\n\n"
              + "配方中没有这一步：数据里可能含有评测题目。");
      return;
    }
    for (RunPlan.Step step : steps) {
      String questions =
          step.counts().get("questions looked for") instanceof Number number
              ? Markdown.number(number.longValue())
              : "?";
      markdown.paragraph(
          ("%1$s: %2$s questions were looked for, %3$s of %4$s records had one (runs of %5$s characters"
                  + " or %6$s words; at least %7$s of the question).\n\n"
                  + "%1$s：查找 %2$s 道题目，%3$s 条（共 %4$s 条）记录含有题目（连续 %5$s 个字或 %6$s 个词；至少含题目的"
                  + " %7$s）。")
              .formatted(
                  Markdown.code(step.name()),
                  questions,
                  Markdown.number(hits(step)),
                  Markdown.number(step.count("in")),
                  step.arguments().get("characters"),
                  step.arguments().get("words"),
                  step.arguments().get("min_overlap")));
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("benchmark · 评测", "records with a question · 命中记录"));
      // Steps count hits by the name of the file alone.
      Map<String, List<String>> files = new LinkedHashMap<>();
      for (String reference : RunPlan.texts(step.arguments().get("references"))) {
        files
            .computeIfAbsent(
                reference.replace('\\', '/').replaceFirst(".*/", ""), name -> new ArrayList<>())
            .add(Markdown.code(shortened(reference)));
      }
      files.forEach((name, paths) ->
          rows.add(List.of(String.join("<br>", paths), Markdown.number(hits(step, name)))));
      markdown.table(rows, List.of(1));
    }
  }

  private static long hits(RunPlan.Step step) {
    return step.counts().entrySet().stream()
        .filter(entry -> String.valueOf(entry.getKey()).startsWith("in "))
        .mapToLong(entry -> entry.getValue() instanceof Number number ? number.longValue() : 0)
        .sum();
  }

  private static long hits(RunPlan.Step step, String name) {
    return step.counts().get("in " + name) instanceof Number number ? number.longValue() : 0;
  }

  private void again(Markdown markdown) {
    markdown.heading(2, "Made by · 制作命令");
    Optional<RunCommand> command = run.command();
    if (command.isPresent()) {
      markdown.code("sh", command.get().line());
    }
    markdown.paragraph(
        "Seed "
            + Markdown.escaped(plan.seed())
            + ". Recipe, seed, parameters and sources decide everything but the answers of teachers;"
            + " these lie in `calls.db`, with which the same command gives the same bytes."
            + "\n\n种子 "
            + Markdown.escaped(plan.seed())
            + "。配方、种子、参数和来源决定一切，教师模型的回答除外；回答保存在 `calls.db` 中，有了它，同样的命令得到同样的字节。");
    Map<String, Object> parameters = plan.map("parameters");
    if (!parameters.isEmpty()) {
      markdown.paragraph("Parameters · 参数:");
      markdown.code("yaml", RecipeText.toYaml(parameters));
    }
  }
}
