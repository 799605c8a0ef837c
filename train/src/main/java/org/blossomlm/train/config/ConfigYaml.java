package org.blossomlm.train.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.train.config.TrainConfig.Data;
import org.blossomlm.train.config.TrainConfig.FromScratch;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.config.TrainConfig.Pretrained;
import org.blossomlm.train.config.TrainConfig.Stage;
import org.blossomlm.train.example.ExamplePolicy;
import tools.jackson.databind.json.JsonMapper;

/** A configuration as YAML, with every default in its place. */
public final class ConfigYaml {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");
  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private final StringBuilder yaml = new StringBuilder();
  private final Function<String, String> paths;

  private ConfigYaml(Function<String, String> paths) {
    this.paths = paths;
  }

  /** Enough to do the run again on this machine: paths are absolute. */
  public static String complete(TrainConfig config) {
    return new ConfigYaml(path -> path).write(config);
  }

  /** For others: of paths, only the last part. */
  public static String published(TrainConfig config) {
    return new ConfigYaml(path -> String.valueOf(Path.of(path).getFileName())).write(config);
  }

  private String write(TrainConfig config) {
    line("", "name", text(config.name()));
    line("", "output", path(config.output()));
    line("", "seed", config.seed());
    model(config);
    method(config);
    computing(config);
    batches(config);
    data(config);
    examples(config);
    evaluation(config.evaluation());
    yaml.append("checkpoint:\n");
    line("  ", "every", config.checkpoints().every());
    line("  ", "keep", config.checkpoints().keep());
    yaml.append("export:\n");
    line("  ", "gguf", texts(config.gguf()));
    return yaml.toString();
  }

  private void model(TrainConfig config) {
    switch (config.model()) {
      case Pretrained base -> line("", "model", path(base.path()));
      case FromScratch model -> {
        yaml.append("from_scratch:\n");
        line("  ", "architecture", text(model.architecture()));
        line("  ", "hidden_size", model.hiddenSize());
        line("  ", "layers", model.layers());
        line("  ", "heads", model.heads());
        line("  ", "kv_heads", model.kvHeads());
        line("  ", "head_size", model.headSize());
        line("  ", "intermediate_size", model.intermediateSize());
        line("  ", "context_length", model.contextLength());
        line("  ", "rope_theta", number(model.ropeTheta()));
        line("  ", "norm_epsilon", number(model.normEpsilon()));
        line("  ", "tie_embeddings", model.tieEmbeddings());
        line("  ", "initial_range", number(model.initialRange()));
      }
    }
    config.tokenizer().ifPresent(file -> line("", "tokenizer", path(file)));
    config
        .template()
        .ifPresent(name ->
            line(
                "",
                "template",
                name.equals(ChatTemplates.BLOSSOM) ? text(name) : path(Path.of(name))));
  }

  private void method(TrainConfig config) {
    line("", "method", word(config.method()));
    if (config.method() != Method.FULL) {
      TrainConfig.Lora lora = config.lora();
      yaml.append("lora:\n");
      line("  ", "variant", word(lora.variant()));
      line("  ", "rank", lora.rank());
      line("  ", "alpha", number(lora.alpha()));
      line("  ", "dropout", number(lora.dropout()));
      line("  ", "targets", texts(lora.targets()));
      line("  ", "train_embeddings", lora.trainEmbeddings());
      line("  ", "train_head", lora.trainHead());
    }
  }

  private void computing(TrainConfig config) {
    yaml.append("compute:\n");
    line("  ", "type", word(config.compute().type()));
    line("  ", "threads", config.compute().threads());
    line(
        "  ",
        "gradient_checkpointing",
        switch (config.compute().gradientCheckpointing()) {
          case YES -> "true";
          case NO -> "false";
          case AUTO -> "auto";
        });
    TrainConfig.Optimizer optimizer = config.optimizer();
    yaml.append("optimizer:\n");
    line("  ", "learning_rate", number(optimizer.learningRate()));
    line("  ", "beta1", number(optimizer.beta1()));
    line("  ", "beta2", number(optimizer.beta2()));
    line("  ", "epsilon", number(optimizer.epsilon()));
    line("  ", "weight_decay", number(optimizer.weightDecay()));
    line("  ", "clip_norm", number(optimizer.clipNorm()));
    line("  ", "ema", number(optimizer.ema()));
    TrainConfig.Schedule schedule = config.schedule();
    yaml.append("schedule:\n");
    line("  ", "type", word(schedule.type()));
    line("  ", "warmup", number(schedule.warmup()));
    line("  ", "decay", number(schedule.decay()));
    line("  ", "minimum", number(schedule.minimum()));
    line("", "label_smoothing", number(config.labelSmoothing()));
    line("", "neftune_alpha", number(config.neftuneAlpha()));
  }

  private void batches(TrainConfig config) {
    TrainConfig.Batches batches = config.batches();
    yaml.append("batch:\n");
    line("  ", "rows", batches.rows());
    line("  ", "accumulate", batches.accumulate());
    line("  ", "packing", batches.packing());
    line("  ", "packing_window", batches.packingWindow());
    line("  ", "order", word(batches.order()));
  }

  /** A run without stages is one stage, which has no name of its own. */
  private void data(TrainConfig config) {
    Stage first = config.stages().getFirst();
    if (config.stages().size() == 1
        && first.name().equals(TrainConfigReader.ONLY_STAGE)
        && first.learningRate() == config.optimizer().learningRate()) {
      line("", "epochs", number(first.epochs()));
      line("", "max_steps", first.maxSteps().orElse(0));
      data("", first.data());
      return;
    }
    yaml.append("stages:\n");
    for (Stage stage : config.stages()) {
      line("  - ", "name", text(stage.name()));
      line("    ", "epochs", number(stage.epochs()));
      line("    ", "max_steps", stage.maxSteps().orElse(0));
      line("    ", "learning_rate", number(stage.learningRate()));
      data("    ", stage.data());
    }
  }

  private void data(String indent, List<Data> data) {
    yaml.append(indent).append("data:\n");
    for (Data each : data) {
      line(indent + "  - ", "name", text(shortened(each)));
      String below = indent + "    ";
      line(
          below,
          "file",
          texts(
              each.source().files().stream()
                  .map(file -> paths.apply(absolute(each, file)))
                  .toList()));
      each.source().format().ifPresent(format -> line(below, "format", text(format.wireName())));
      each.source().at().ifPresent(at -> line(below, "at", text(at)));
      each.source().limit().ifPresent(limit -> line(below, "limit", limit));
      line(below, "weight", number(each.weight()));
    }
  }

  /** A source that was given no name is called as its file is. */
  private String shortened(Data data) {
    return data.name().equals(data.source().files().getFirst())
        ? paths.apply(data.name())
        : data.name();
  }

  private static String absolute(Data data, String file) {
    return file.startsWith("/") || Path.of(file).isAbsolute()
        ? file
        : data.source().folder().toAbsolutePath().toString().replace('\\', '/') + "/" + file;
  }

  private void examples(TrainConfig config) {
    ExamplePolicy examples = config.examples();
    yaml.append("examples:\n");
    line("  ", "max_length", examples.maxLength());
    line("  ", "too_long", word(examples.tooLong()));
    line("  ", "turns", word(examples.turns()));
    line("  ", "reasoning", word(examples.reasoning()));
    line("  ", "tool_calls", word(examples.toolCalls()));
    line("  ", "history", word(examples.history()));
    line("  ", "problems", word(examples.problems()));
    line("  ", "end_tokens", texts(examples.endTokens()));
    examples.appendEnd().ifPresent(token -> line("  ", "append_end", text(token)));
    line("  ", "variables", JSON.writeValueAsString(examples.variables()));
    config.date().ifPresent(date -> line("  ", "date", "\"" + date + "\""));
    line("  ", "cache", path(config.cache()));
  }

  private void evaluation(TrainConfig.Evaluation evaluation) {
    yaml.append("evaluation:\n");
    if (evaluation.data().isEmpty()) {
      line("  ", "share", number(evaluation.share()));
    } else {
      data("  ", evaluation.data());
    }
    line("  ", "every", evaluation.every());
    line("  ", "prompts", texts(evaluation.prompts()));
    line("  ", "answer_tokens", evaluation.answerTokens());
    line("  ", "patience", evaluation.patience());
  }

  private void line(String indent, String key, Object value) {
    yaml.append(indent).append(key).append(": ").append(value).append('\n');
  }

  private String path(Path path) {
    return text(paths.apply(path.toAbsolutePath().toString().replace('\\', '/')));
  }

  private static String texts(List<String> texts) {
    return "[" + String.join(", ", texts.stream().map(ConfigYaml::text).toList()) + "]";
  }

  private static String text(String text) {
    return PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))
        ? text
        : JSON.writeValueAsString(text);
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  /** Whole numbers without a point. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.valueOf((long) value)
        : String.valueOf(value).replace("E", "e");
  }
}
