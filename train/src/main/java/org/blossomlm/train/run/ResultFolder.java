package org.blossomlm.train.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.blossomlm.train.adapter.AdapterFolder;
import org.blossomlm.train.adapter.MergedFolder;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.example.PromptFormat;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.report.ModelCard;
import org.blossomlm.train.report.ReportedRun;
import org.blossomlm.train.report.RunFiles;

/**
 * What comes out of a run: adapters in PEFT's format, or a Hugging Face folder, each with the
 * tokenizer and the template that it was trained with, and a card that says what it was made from.
 */
final class ResultFolder {
  static final String ADAPTER = "adapter";
  static final String MODEL = "model";

  private final TrainConfig config;
  private final BaseModel base;
  private final PromptFormat format;
  private final List<Integer> ends;

  /**
   * @param ends tokens that end learnt answers, the most frequent first
   */
  ResultFolder(TrainConfig config, BaseModel base, PromptFormat format, List<Integer> ends) {
    this.config = config;
    this.base = base;
    this.format = format;
    this.ends = ends;
  }

  /** Writes the adapters, or the whole model where that was trained. */
  Path write(TrainingModel model) {
    return config.method() == Method.FULL ? writeModel(model) : writeAdapter(model);
  }

  /** Writes the whole model, with adapters folded in. */
  Path writeModel(TrainingModel model) {
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
          writeCard(files, ModelCard.Kind.MODEL);
        });
    return folder;
  }

  private Path writeAdapter(TrainingModel model) {
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
          writeCard(files, ModelCard.Kind.ADAPTER);
        });
    return folder;
  }

  /** What an earlier end of the same run has left. */
  private static Path emptied(Path folder) {
    RunFolder.remove(folder);
    return folder;
  }

  /** Over that of the base. */
  private void writeCard(Path folder, ModelCard.Kind kind) {
    ReportedRun run = new RunFiles(config.output()).read();
    ModelCard.of(config, run, kind, Optional.empty()).write(folder);
  }
}
