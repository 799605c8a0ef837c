package org.blossomlm.train.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.recipe.RecipeText;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.ConfigYaml;
import org.blossomlm.train.config.TrainConfig;
import tools.jackson.core.JacksonException;

/**
 * {@code README.md} of a model, as Hugging Face's hub reads it, and {@code README.zh-CN.md} beside
 * it: what it was made from, how, how well, and how to run it. No path of the machine that made it
 * is in them.
 *
 * @param kind what lies beside the card
 * @param base what was fine-tuned, a name of the hub where it is known; empty for a model from
 *     nothing
 * @param datasets names of the data
 * @param languages codes, e.g. {@code zh}, the most frequent first
 * @param license identifier as the hub knows it; empty where nobody has said
 * @param method e.g. {@code LoRA}
 * @param hyperparameters by key of the configuration
 * @param recipe the configuration, without paths
 */
public record ModelCard(
    String name,
    Kind kind,
    Optional<String> base,
    List<String> datasets,
    List<String> languages,
    Optional<String> license,
    String method,
    Map<String, String> hyperparameters,
    String recipe,
    ReportedRun run) {
  private static final long MAX_CARD_BYTES = 1 << 20;
  private static final String FENCE = "---\n";

  /** What lies beside a card. */
  public enum Kind {
    /** In PEFT's format. */
    ADAPTER,
    /** A Hugging Face folder. */
    MODEL,
    GGUF
  }

  public ModelCard {
    datasets = List.copyOf(datasets);
    languages = List.copyOf(languages);
    hyperparameters = new LinkedHashMap<>(hyperparameters);
  }

  /**
   * The card of a run's result.
   *
   * @param license empty for the base's own, where its folder has a card that says it
   */
  public static ModelCard of(
      TrainConfig config, ReportedRun run, Kind kind, Optional<String> license) {
    Optional<Path> base =
        config.model() instanceof TrainConfig.Pretrained pretrained
            ? Optional.of(pretrained.path())
            : Optional.empty();
    Set<String> datasets = new LinkedHashSet<>();
    config
        .stages()
        .forEach(stage -> stage.data().forEach(data -> datasets.add(plainName(data.name()))));
    return new ModelCard(
        config.name(),
        kind,
        base.map(ModelCard::hubName),
        List.copyOf(datasets),
        DataLanguages.of(config.stages()),
        license.or(() -> base.flatMap(ModelCard::licenseOf)),
        method(config),
        hyperparameters(config),
        ConfigYaml.published(config),
        run);
  }

  /** The folder of a download is named after the revision; three levels above it has the name. */
  static String hubName(Path model) {
    for (Path part : model) {
      if (part.toString().startsWith("models--")) {
        return part.toString().substring("models--".length()).replaceFirst("--", "/");
      }
    }
    return String.valueOf(model.getFileName());
  }

  /** Without folders and ending. */
  private static String plainName(String data) {
    String file = data.substring(data.lastIndexOf('/') + 1);
    return file.replaceFirst("(\\.(jsonl?|parquet|csv|tsv|txt|gz|zst|zip))+$", "")
        .replaceAll("[^\\p{L}\\p{N}._-]+", "-");
  }

  /** As the head of its own card says. */
  private static Optional<String> licenseOf(Path base) {
    Path card = base.resolve("README.md");
    try {
      if (!Files.isRegularFile(card) || Files.size(card) > MAX_CARD_BYTES) {
        return Optional.empty();
      }
      String text = Files.readString(card).replace("\r\n", "\n");
      int end = text.startsWith(FENCE) ? text.indexOf("\n" + FENCE, FENCE.length()) : -1;
      return end < 0
          ? Optional.empty()
          : Optional.ofNullable(
                  RecipeText.fromYaml(text.substring(FENCE.length(), end + 1)).get("license"))
              .map(String::valueOf);
    } catch (IOException | JacksonException e) {
      // A base without a readable card is trained all the same.
      System.getLogger(ModelCard.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "{0}: no licence could be read: {1}",
              card,
              e.getMessage());
      return Optional.empty();
    }
  }

  private static String method(TrainConfig config) {
    return switch (config.method()) {
      case FULL -> config.model() instanceof TrainConfig.FromScratch ? "from scratch" : "full";
      case LORA ->
          switch (config.lora().variant()) {
            case LORA -> "LoRA";
            case RSLORA -> "rsLoRA";
            case DORA -> "DoRA";
          };
      case QLORA -> "QLoRA (NF4)";
    };
  }

  private static Map<String, String> hyperparameters(TrainConfig config) {
    Map<String, String> values = new LinkedHashMap<>();
    if (config.method() != TrainConfig.Method.FULL) {
      values.put("lora.rank", String.valueOf(config.lora().rank()));
      values.put("lora.alpha", Ticks.label(config.lora().alpha()));
      values.put("lora.targets", String.join(", ", config.lora().targets()));
    }
    values.put("optimizer.learning_rate", Ticks.label(config.optimizer().learningRate()));
    values.put("schedule.type", config.schedule().type().name().toLowerCase(Locale.ROOT));
    values.put("schedule.warmup", Ticks.label(config.schedule().warmup()));
    values.put("optimizer.weight_decay", Ticks.label(config.optimizer().weightDecay()));
    values.put(
        "batch.rows × batch.accumulate",
        config.batches().rows() + " × " + config.batches().accumulate());
    values.put("examples.max_length", String.valueOf(config.examples().maxLength()));
    values.put("batch.packing", String.valueOf(config.batches().packing()));
    config
        .stages()
        .forEach(stage ->
            values.put(
                config.stages().size() == 1 ? "epochs" : "epochs (" + stage.name() + ")",
                Ticks.label(stage.epochs())));
    values.put("compute.type", config.compute().type().name().toLowerCase(Locale.ROOT));
    values.put("seed", String.valueOf(config.seed()));
    return values;
  }

  /**
   * Writes both files, each whole or not at all.
   *
   * @throws TrainException if they cannot be written
   */
  public void write(Path folder) {
    write(folder.resolve("README.md"), markdown(false));
    write(folder.resolve("README.zh-CN.md"), markdown(true));
  }

  private static void write(Path file, String text) {
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8), TrainException::new);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** The card; the head for the hub is in the English one alone. */
  String markdown(boolean chinese) {
    return (chinese ? "" : FENCE + RecipeText.toYaml(front()) + FENCE + "\n")
        + new ModelCardBody(this, chinese).markdown();
  }

  private Map<String, Object> front() {
    Map<String, Object> front = new LinkedHashMap<>();
    base.ifPresent(name -> {
      front.put("base_model", name);
      front.put("base_model_relation", kind == Kind.ADAPTER ? "adapter" : "finetune");
    });
    front.put("datasets", datasets);
    front.put("language", languages);
    front.put("license", license.orElse("unknown"));
    front.put(
        "library_name",
        switch (kind) {
          case ADAPTER -> "peft";
          case MODEL -> "transformers";
          case GGUF -> "gguf";
        });
    front.put("pipeline_tag", "text-generation");
    List<String> tags = new ArrayList<>(List.of("blossom", "conversational", "sft"));
    if (kind == Kind.ADAPTER) {
      tags.add("lora");
    }
    front.put("tags", tags);
    return front;
  }
}
