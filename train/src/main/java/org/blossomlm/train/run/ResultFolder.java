package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.adapter.AdapterFolder;
import org.blossomlm.train.adapter.MergedFolder;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.example.PromptFormat;
import org.blossomlm.train.loop.LoopResult;
import org.blossomlm.train.nn.TrainingModel;

/**
 * What comes out of a run: adapters in PEFT's format, or a Hugging Face folder, each with the
 * tokenizer and the template that it was trained with, and a card that says what it was made from.
 */
final class ResultFolder {
  static final String ADAPTER = "adapter";
  static final String MODEL = "model";

  private static final String CARD = "README.md";

  private final TrainConfig config;
  private final BaseModel base;
  private final PromptFormat format;
  private final RunPlan plan;
  private final List<Integer> ends;

  /**
   * @param ends tokens that end learnt answers, the most frequent first
   */
  ResultFolder(
      TrainConfig config, BaseModel base, PromptFormat format, RunPlan plan, List<Integer> ends) {
    this.config = config;
    this.base = base;
    this.format = format;
    this.plan = plan;
    this.ends = ends;
  }

  /** Writes the adapters, or the whole model where that was trained. */
  Path write(TrainingModel model, List<LoopResult> results) {
    return config.method() == Method.FULL
        ? writeModel(model, results)
        : writeAdapter(model, results);
  }

  /** Writes the whole model, with adapters folded in. */
  Path writeModel(TrainingModel model, List<LoopResult> results) {
    Path folder = emptied(config.output().resolve(MODEL));
    MergedFolder.write(
        model,
        base.path(),
        Optional.empty(),
        folder,
        files -> {
          if (config.tokenizer().isPresent() && !base.isNew()) {
            PromptFiles.copy(base.prompts(), files);
          }
          if (config.template().isPresent()) {
            PromptFiles.setTemplate(files, format.template().source());
          }
          PromptFiles.setEnds(files, format.tokenizer(), ends);
          writeCard(files, results);
        });
    return folder;
  }

  private Path writeAdapter(TrainingModel model, List<LoopResult> results) {
    Path folder = emptied(config.output().resolve(ADAPTER));
    AdapterFolder.write(
        model,
        base.path().toAbsolutePath().normalize().toString(),
        folder,
        files -> {
          if (Files.isDirectory(base.prompts()) || base.prompts().toString().endsWith(".json")) {
            PromptFiles.copy(base.prompts(), files);
          }
          PromptFiles.setTemplate(files, format.template().source());
          PromptFiles.writeEnds(files, format.tokenizer(), ends);
          writeCard(files, results);
        });
    return folder;
  }

  /** What an earlier end of the same run has left. */
  private static Path emptied(Path folder) {
    RunFolder.remove(folder);
    return folder;
  }

  private void writeCard(Path folder, List<LoopResult> results) {
    var text = new StringBuilder();
    boolean adapter = config.method() != Method.FULL;
    text.append("---\n");
    if (adapter) {
      text.append("library_name: peft\n");
    }
    if (!base.isNew()) {
      text.append("base_model: \"").append(name(base.path())).append("\"\n");
    }
    text.append("pipeline_tag: text-generation\n---\n\n# ").append(config.name()).append("\n\n");
    text.append(
        base.isNew()
            ? "A model that was trained from nothing"
            : adapter
                ? "Adapters (%s, rank %d) for %s"
                    .formatted(
                        config.method().name().toLowerCase(Locale.ROOT),
                        config.lora().rank(),
                        name(base.path()))
                : "A fine-tuned " + name(base.path()));
    text.append(", made with `blossom train`.\n\n## Data\n\n")
        .append("| source | records | samples | tokens | learnt |\n|---|---|---|---|---|\n");
    for (RunPlan.Source source : plan.sources()) {
      text.append(
          "| %s | %d | %d | %d | %d |\n"
              .formatted(
                  source.name(),
                  source.counts().records(),
                  source.counts().examples(),
                  source.counts().tokens(),
                  source.counts().learntTokens()));
    }
    text.append("\n## Training\n\n")
        .append(
            "| stage | steps | loss of the last step | best held-out loss |\n|---|---|---|---|\n");
    for (int i = 0; i < results.size(); i++) {
      LoopResult result = results.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.4f | %s |\n",
              plan.stages().get(i).name(),
              result.steps(),
              result.loss(),
              result.bestEvaluation().isPresent()
                  ? String.format(Locale.ROOT, "%.4f", result.bestEvaluation().getAsDouble())
                  : "–"));
    }
    text.append(
        "\nMethod %s, learning rate %s, %d rows × %d micro-batches a step, seed %d.\n"
            .formatted(
                config.method().name().toLowerCase(Locale.ROOT),
                config.optimizer().learningRate(),
                config.batches().rows(),
                config.batches().accumulate(),
                config.seed()));
    try {
      // Over that of the base.
      Files.writeString(folder.resolve(CARD), text.toString());
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }
}
