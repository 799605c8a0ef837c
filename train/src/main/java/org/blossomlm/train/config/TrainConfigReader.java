package org.blossomlm.train.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.operator.NearestName;
import org.blossomlm.data.recipe.Place;
import org.blossomlm.data.recipe.RecipeException;
import org.blossomlm.data.recipe.RecipeNode;
import org.blossomlm.data.recipe.YamlTree;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.train.config.TrainConfig.Batches;
import org.blossomlm.train.config.TrainConfig.Checkpoints;
import org.blossomlm.train.config.TrainConfig.Choice;
import org.blossomlm.train.config.TrainConfig.Compute;
import org.blossomlm.train.config.TrainConfig.Data;
import org.blossomlm.train.config.TrainConfig.Evaluation;
import org.blossomlm.train.config.TrainConfig.FromScratch;
import org.blossomlm.train.config.TrainConfig.Lora;
import org.blossomlm.train.config.TrainConfig.LoraVariant;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.config.TrainConfig.ModelChoice;
import org.blossomlm.train.config.TrainConfig.Optimizer;
import org.blossomlm.train.config.TrainConfig.Pretrained;
import org.blossomlm.train.config.TrainConfig.Schedule;
import org.blossomlm.train.config.TrainConfig.ScheduleType;
import org.blossomlm.train.config.TrainConfig.Stage;
import org.blossomlm.train.example.DataOrder;
import org.blossomlm.train.example.ExamplePolicy;
import org.blossomlm.train.example.ExampleSource;

/** Reads the configuration of a training run: YAML, and keys from the command line over it. */
public final class TrainConfigReader {
  private static final long MAX_BYTES = 1 << 20;
  private static final int HEAD_SIZE = 64;

  /** What a run without stages calls the one that it has. */
  static final String ONLY_STAGE = "train";

  private final String file;
  private final Path folder;
  private final ConfigValues values;

  private TrainConfigReader(String file, Path folder, ConfigValues values) {
    this.file = file;
    this.folder = folder;
    this.values = values;
  }

  /**
   * Reads and checks a configuration.
   *
   * @param options values by key, as the command line has them: {@code lora.rank} to {@code 8};
   *     each is read as YAML
   * @throws ConfigException with file, line, column, key, what was found and what is allowed
   */
  public static TrainConfig read(Path file, Map<String, String> options) {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(
            "%s: not a configuration: %d bytes, at most %d are read"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such configuration", e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not a configuration: not UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage(), e);
    }
    Path parent = file.toAbsolutePath().getParent();
    return parse(text, file.toString(), parent == null ? Path.of("") : parent, options);
  }

  /**
   * Checks the text of a configuration.
   *
   * @param file as messages name it
   * @param folder against which the files that it names are resolved
   */
  public static TrainConfig parse(
      String text, String file, Path folder, Map<String, String> options) {
    try {
      RecipeNode tree = YamlTree.read(text.startsWith("\uFEFF") ? text.substring(1) : text, file);
      for (Map.Entry<String, String> option : options.entrySet()) {
        tree = ConfigValues.with(tree, option.getKey(), option(option.getKey(), option.getValue()));
      }
      ConfigValues values = ConfigValues.of(tree);
      values.requireAll();
      return new TrainConfigReader(file, folder, values).config();
    } catch (RecipeException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static RecipeNode option(String path, String text) {
    Optional<ConfigKey> key = ConfigKeys.find(path);
    if (key.isEmpty()) {
      List<String> paths =
          ConfigKeys.sections().stream()
              .flatMap(section -> section.keys().stream())
              .map(ConfigKey::path)
              .filter(each -> !each.contains("[]"))
              .toList();
      throw new ConfigException(
          "--%s: unknown key%s; train --help lists all"
              .formatted(
                  path,
                  NearestName.of(path, paths)
                      .map(near -> "; did you mean --" + near + "?")
                      .orElse("")));
    }
    Place place = new Place("--" + path, 0, 0);
    if (key.get().kind() == ConfigKey.Kind.TEXT || text.isEmpty()) {
      return new RecipeNode.Scalar(place, Optional.of(text));
    }
    if (key.get().kind() == ConfigKey.Kind.PATH) {
      boolean name = text.equals(ChatTemplates.BLOSSOM);
      return new RecipeNode.Scalar(place, Optional.of(name ? text : here(text)));
    }
    RecipeNode value = RecipeNode.of(YamlTree.read(text, "--" + path).value(), place);
    boolean files = key.get().kind() == ConfigKey.Kind.ITEMS && value instanceof RecipeNode.Scalar;
    return files ? new RecipeNode.Scalar(place, Optional.of(here(text))) : value;
  }

  /** Files of the command line are relative to where the user is; globs are no paths. */
  private static String here(String name) {
    return name.startsWith("/")
        ? name
        : Path.of("").toAbsolutePath().toString().replace('\\', '/') + "/" + name;
  }

  private TrainConfig config() {
    String name = values.text("name");
    if (!name.matches("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*")) {
      throw values.error(
          "name", "found \"" + name + "\", allowed are letters, digits, '.', '_' and '-'");
    }
    Path output =
        values.optionalText("output").map(this::path).orElse(Path.of("runs").resolve(name));
    ModelChoice model = model();
    Method method = method(model);
    double rate = values.optionalNumber("optimizer.learning_rate").orElse(rate(model, method));
    Batches batches = batches();
    return new TrainConfig(
        file,
        name,
        output,
        values.longInteger("seed"),
        model,
        values.optionalText("tokenizer").map(this::path),
        values
            .optionalText("template")
            .map(text -> text.equals(ChatTemplates.BLOSSOM) ? text : path(text).toString()),
        method,
        lora(),
        compute(),
        new Optimizer(
            rate,
            values.number("optimizer.beta1"),
            values.number("optimizer.beta2"),
            values.number("optimizer.epsilon"),
            values.number("optimizer.weight_decay"),
            values.number("optimizer.clip_norm"),
            values.number("optimizer.ema")),
        new Schedule(
            values.choice("schedule.type", ScheduleType.class),
            values.number("schedule.warmup"),
            values.number("schedule.decay"),
            values.number("schedule.minimum")),
        values.number("label_smoothing"),
        values.number("neftune_alpha"),
        batches,
        stages(rate),
        examples(),
        date(),
        values.optionalText("examples.cache").map(this::path).orElse(output.resolve("cache")),
        evaluation(),
        new Checkpoints(values.integer("checkpoint.every"), values.integer("checkpoint.keep")),
        values.texts("export.gguf"));
  }

  private Path path(String name) {
    return folder.resolve(name).normalize();
  }

  private ModelChoice model() {
    boolean scratch = values.hasSection("from_scratch");
    if (values.has("model") && scratch) {
      throw values.error("model", "is given, and from_scratch too; only one of them can be");
    }
    if (values.has("model")) {
      return new Pretrained(path(values.text("model")));
    }
    if (!scratch) {
      throw values.error(
          "model", "is missing: a folder or GGUF file to start from, or from_scratch");
    }
    if (!values.has("from_scratch.hidden_size")) {
      throw values.error("from_scratch.hidden_size", "is missing: the width of the model");
    }
    if (!values.has("tokenizer")) {
      throw values.error(
          "tokenizer",
          "is missing: from_scratch needs one; blossom tokenizer train makes one from your data");
    }
    int hidden = values.integer("from_scratch.hidden_size");
    int heads = integer("from_scratch.heads", Math.max(1, hidden / HEAD_SIZE));
    int kvHeads = integer("from_scratch.kv_heads", heads);
    if (heads % kvHeads != 0) {
      throw values.error(
          "from_scratch.kv_heads", "%d heads cannot share %d".formatted(heads, kvHeads));
    }
    if (!values.has("from_scratch.head_size") && hidden % heads != 0) {
      throw values.error(
          "from_scratch.heads",
          "hidden_size %d is no multiple of %d; give head_size".formatted(hidden, heads));
    }
    int headSize = integer("from_scratch.head_size", hidden / heads);
    if (headSize % 2 != 0) {
      throw values.error(
          "from_scratch.head_size",
          "found %d; rotary positions need an even one".formatted(headSize));
    }
    int wide = Math.ceilDiv(Math.ceilDiv(8 * hidden, 3), 64) * 64;
    return new FromScratch(
        values.text("from_scratch.architecture"),
        hidden,
        values.integer("from_scratch.layers"),
        heads,
        kvHeads,
        headSize,
        integer("from_scratch.intermediate_size", wide),
        values.integer("from_scratch.context_length"),
        values.number("from_scratch.rope_theta"),
        values.number("from_scratch.norm_epsilon"),
        values.flag("from_scratch.tie_embeddings"),
        values.number("from_scratch.initial_range"));
  }

  private int integer(String key, int otherwise) {
    return values.has(key) ? values.integer(key) : otherwise;
  }

  private Method method(ModelChoice model) {
    boolean scratch = model instanceof FromScratch;
    if (scratch && values.has("method") && !values.text("method").equals("full")) {
      throw values.error(
          "method",
          "found %s; a model from scratch is trained in full".formatted(values.text("method")));
    }
    Method method = scratch ? Method.FULL : values.choice("method", Method.class);
    if (method == Method.FULL && values.hasSection("lora")) {
      throw values.error("method", "is full, which has no adapters; leave lora out");
    }
    return method;
  }

  private static double rate(ModelChoice model, Method method) {
    if (model instanceof FromScratch) {
      return 5e-4;
    }
    return method == Method.FULL ? 1e-5 : 2e-4;
  }

  private Lora lora() {
    return new Lora(
        values.choice("lora.variant", LoraVariant.class),
        values.integer("lora.rank"),
        values.number("lora.alpha"),
        values.number("lora.dropout"),
        values.texts("lora.targets"),
        values.flag("lora.train_embeddings"),
        values.flag("lora.train_head"));
  }

  private Compute compute() {
    return new Compute(
        values.choice("compute.type", TrainConfig.Products.class),
        values.integer("compute.threads"),
        switch (values.text("compute.gradient_checkpointing")) {
          case "true" -> Choice.YES;
          case "false" -> Choice.NO;
          default -> Choice.AUTO;
        });
  }

  private Batches batches() {
    return new Batches(
        values.integer("batch.rows"),
        values.integer("batch.accumulate"),
        values.flag("batch.packing"),
        values.integer("batch.packing_window"),
        values.choice("batch.order", DataOrder.Kind.class));
  }

  private List<Stage> stages(double rate) {
    if (values.has("data") == values.has("stages")) {
      throw values.error(
          "data",
          values.has("data")
              ? "is given, and stages too; only one of them can be"
              : "is missing: files to learn from, or stages");
    }
    if (values.has("data")) {
      return List.of(
          new Stage(
              ONLY_STAGE,
              data(values, "data"),
              values.number("epochs"),
              steps(values.integer("max_steps")),
              rate));
    }
    List<Stage> stages = new ArrayList<>();
    for (ConfigValues stage : values.items("stages")) {
      stages.add(
          new Stage(
              stage.text("name"),
              data(stage, "data"),
              stage.optionalNumber("epochs").orElse(values.number("epochs")),
              steps(
                  stage.has("max_steps")
                      ? stage.integer("max_steps")
                      : values.integer("max_steps")),
              stage.optionalNumber("learning_rate").orElse(rate)));
    }
    return stages;
  }

  private static OptionalInt steps(int most) {
    return most == 0 ? OptionalInt.empty() : OptionalInt.of(most);
  }

  private List<Data> data(ConfigValues holder, String key) {
    List<Data> data = new ArrayList<>();
    for (ConfigValues item : holder.items(key)) {
      List<String> files = item.texts("file");
      Optional<RecordFormat> format = item.optionalText("format").map(name -> format(item, name));
      OptionalLong limit =
          item.optionalInteger("limit").map(OptionalLong::of).orElse(OptionalLong.empty());
      data.add(
          new Data(
              item.optionalText("name").orElse(files.getFirst()),
              new ExampleSource(folder, files, format, item.optionalText("at"), limit),
              item.number("weight")));
    }
    return data;
  }

  private static RecordFormat format(ConfigValues item, String name) {
    return RecordFormat.named(name)
        .orElseThrow(() ->
            item.error(
                "format",
                "unknown format \"%s\"; %sallowed: %s"
                    .formatted(
                        name,
                        NearestName.of(name, RecordFormat.names())
                            .map(near -> "did you mean \"" + near + "\"? ")
                            .orElse(""),
                        String.join(", ", RecordFormat.names()))));
  }

  private ExamplePolicy examples() {
    return new ExamplePolicy(
        values.integer("examples.max_length"),
        values.choice("examples.too_long", ExamplePolicy.TooLong.class),
        values.choice("examples.turns", ExamplePolicy.Turns.class),
        values.choice("examples.reasoning", ExamplePolicy.Reasoning.class),
        values.choice("examples.tool_calls", ExamplePolicy.ToolCalls.class),
        values.choice("examples.history", ExamplePolicy.History.class),
        values.choice("examples.problems", ExamplePolicy.Problems.class),
        values.texts("examples.end_tokens"),
        values.optionalText("examples.append_end"),
        values.map("examples.variables"));
  }

  private Optional<String> date() {
    Optional<String> date = values.optionalText("examples.date");
    date.ifPresent(text -> {
      try {
        LocalDate.parse(text);
      } catch (DateTimeException e) {
        throw values.error("examples.date", "found \"%s\", expected YYYY-MM-DD".formatted(text));
      }
    });
    return date;
  }

  private Evaluation evaluation() {
    List<Data> data = data(values, "evaluation.data");
    if (!data.isEmpty() && values.has("evaluation.share")) {
      throw values.error("evaluation.share", "is given, and evaluation.data too; leave one out");
    }
    return new Evaluation(
        data,
        values.number("evaluation.share"),
        values.integer("evaluation.every"),
        values.texts("evaluation.prompts"),
        values.integer("evaluation.answer_tokens"),
        values.integer("evaluation.patience"));
  }
}
