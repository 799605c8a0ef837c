package org.blossomlm.train.report;

import java.util.Locale;
import java.util.OptionalDouble;
import org.blossomlm.data.report.Html;

/** The text of a {@link ModelCard} in one language. */
final class ModelCardBody {
  private static final int MOST_SAMPLES = 4;

  private final ModelCard card;
  private final boolean chinese;
  private final StringBuilder text = new StringBuilder();

  ModelCardBody(ModelCard card, boolean chinese) {
    this.card = card;
    this.chinese = chinese;
  }

  String markdown() {
    text.append("# ").append(inline(card.name())).append("\n\n");
    text.append(chinese ? "[English](README.md)\n\n" : "[中文](README.zh-CN.md)\n\n");
    text.append(what()).append("\n\n");
    running();
    metrics();
    data();
    training();
    answers();
    lineage();
    return text.toString();
  }

  private String said(String english, String chineseText) {
    return chinese ? chineseText : english;
  }

  private void heading(String english, String chineseText) {
    text.append("## ").append(said(english, chineseText)).append("\n\n");
  }

  private String what() {
    String base = inline(card.base().orElse(""));
    String method = card.method();
    return switch (card.kind()) {
      case ADAPTER ->
          said(
              "An adapter for %s, trained with %s.".formatted(base, method),
              "%s 的适配器，以 %s 训练。".formatted(base, method));
      case MODEL, GGUF ->
          card.base().isPresent()
              ? said(
                  "%s, fine-tuned (%s).".formatted(base, method),
                  "由 %s 微调而成（%s）。".formatted(base, method))
              : said("A language model trained from nothing.", "从零开始训练的语言模型。");
    };
  }

  private void running() {
    heading("How to run it", "运行方法");
    String folder = quoted(card.name());
    String base =
        card.base().map(name -> quoted(name.substring(name.lastIndexOf('/') + 1))).orElse("BASE");
    String file = base.endsWith(".gguf") ? base : base + ".gguf";
    text.append("```\n");
    switch (card.kind()) {
      case ADAPTER -> {
        if (!file.equals(base)) {
          text.append("blossom convert %s -o %s --type q8_0\n".formatted(base, file));
        }
        text.append("blossom run %s --adapter %s\n".formatted(file, folder));
      }
      case MODEL ->
          text.append(
              """
              blossom convert %1$s -o %1$s.gguf --type q8_0
              blossom run %1$s.gguf
              """
                  .formatted(folder));
      case GGUF -> text.append("blossom run %s.gguf\n".formatted(folder));
    }
    text.append("```\n\n");
  }

  private void metrics() {
    heading("Results", "结果");
    Metrics metrics = card.run().metrics();
    Curve evaluation = metrics.curve(Metrics.EVALUATION_LOSS);
    text.append(said("| metric | value |\n|---|---|\n", "| 指标 | 数值 |\n|---|---|\n"));
    row(said("steps", "步数"), Html.number(metrics.steps()));
    row(
        said("training loss at the end (smoothed)", "最终训练损失（平滑）"),
        number(metrics.curve(Metrics.LOSS).smoothed().last()));
    if (evaluation.lowest().isPresent()) {
      if (evaluation.size() > 1) {
        row(
            said("evaluation loss, first", "评估损失（首次）"),
            number(OptionalDouble.of(evaluation.values()[0])));
      }
      row(
          said("evaluation loss, lowest (step %,d)", "评估损失（最低，第 %,d 步）")
              .formatted(evaluation.lowestAt()),
          number(evaluation.lowest()));
      row(
          said("its perplexity", "对应困惑度"),
          "%.2f".formatted(Math.exp(evaluation.lowest().getAsDouble())));
      row(
          said("held-out tokens", "留出词元数"),
          Html.number((long) metrics.curve(Metrics.EVALUATION_TOKENS).last().orElse(0)));
    }
    row(
        said("learnt tokens seen", "学习的词元数"),
        Html.number((long) metrics.curve(Metrics.LEARNT_TOKENS).sum()));
    text.append('\n');
  }

  private void data() {
    heading("Data", "数据");
    if (card.run().data().isEmpty()) {
      card.datasets().forEach(name -> text.append("- ").append(inline(name)).append('\n'));
      text.append('\n');
      return;
    }
    text.append(
        said(
            "| source | weight | records | samples | cut | dropped | tokens | learnt |\n",
            "| 来源 | 权重 | 记录 | 样本 | 截断 | 丢弃 | 词元 | 学习 |\n"));
    text.append("|---|---|---|---|---|---|---|---|\n");
    for (DataSummary source : card.run().data()) {
      String name = source.name().substring(source.name().lastIndexOf('/') + 1);
      row(
          (source.stage().isEmpty() ? "" : inline(source.stage()) + ": ") + inline(name),
          Ticks.label(source.weight()),
          Html.number(source.records()),
          Html.number(source.examples()),
          Html.number(source.cut()),
          Html.number(source.dropped()),
          Html.number(source.tokens()),
          Html.number(source.learntTokens()));
    }
    text.append('\n');
    text.append(
            said(
                "Only answers are learnt, with the token that ends them; prompts are read.",
                "只学习回答（含结束词元），提示词只读不学。"))
        .append("\n\n");
  }

  private void training() {
    heading("Hyper-parameters", "超参数");
    text.append(said("| key | value |\n|---|---|\n", "| 键 | 数值 |\n|---|---|\n"));
    row(said("method", "方法"), inline(card.method()));
    card.hyperparameters().forEach((key, value) -> row("`" + key + "`", inline(value)));
    text.append('\n');
    text.append(
        said(
            "<details><summary>The whole configuration</summary>\n\n",
            "<details><summary>完整配置</summary>\n\n"));
    fenced("yaml", card.recipe());
    text.append("</details>\n\n");
    card.run()
        .machine()
        .ifPresent(machine ->
            text.append(
                said("Trained on %s, %s.\n\n", "训练于 %s，%s。\n\n")
                    .formatted(
                        inline(machine.processor()),
                        said("%d threads", "%d 线程").formatted(machine.threads()))));
  }

  /** The latest answers. */
  private void answers() {
    if (card.run().samples().isEmpty()) {
      return;
    }
    heading("What it answers", "回答示例");
    long last = card.run().samples().getLast().step();
    card.run().samples().stream()
        .filter(sample -> sample.step() == last)
        .limit(MOST_SAMPLES)
        .forEach(sample -> {
          fenced("text", sample.prompt());
          text.append("→\n\n");
          fenced("text", sample.answer());
        });
  }

  private void lineage() {
    heading("Lineage", "来源");
    text.append("```\n")
        .append(card.base().orElse(said("random weights", "随机权重")).replace("`", "'"))
        .append(" + ")
        .append(String.join(", ", card.datasets()))
        .append("\n  └─ blossom train (")
        .append(card.method())
        .append(") → ")
        .append(card.name())
        .append("\n```\n\n");
    text.append(said("Licence: ", "许可证："))
        .append(
            card.license()
                .map(ModelCardBody::inline)
                .orElse(
                    said(
                        "not stated. Those of the base model and of the data apply.",
                        "未声明；请遵循基座模型与数据的许可证。")))
        .append('\n');
  }

  /** The fence is longer than any inside. */
  private void fenced(String language, String content) {
    String fence = "```";
    while (content.contains(fence)) {
      fence += "`";
    }
    text.append(fence).append(language).append('\n').append(content.stripTrailing());
    text.append('\n').append(fence).append("\n\n");
  }

  private void row(String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Text from outside is no markup. */
  private static String inline(String outside) {
    return outside
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("([\\\\`*\\[\\]|~])", "\\\\$1");
  }

  /** For a shell. */
  private static String quoted(String name) {
    return name.matches("[\\p{L}\\p{N}._/-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
  }

  private static String number(OptionalDouble value) {
    return value.isEmpty() ? "–" : String.format(Locale.ROOT, "%.4f", value.getAsDouble());
  }
}
