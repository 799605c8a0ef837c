package org.blossomlm.train.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.adapter.AdapterFolder;
import org.blossomlm.train.adapter.MergedFolder;
import org.blossomlm.train.nn.Compute;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.nn.WeightSources;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Torch;

/** Folds adapters into their base. */
public final class AdapterMerge {
  private AdapterMerge() {}

  /**
   * Writes a Hugging Face folder that does the same as base and adapters together.
   *
   * @param adapter a folder in PEFT's format
   * @param base a Hugging Face folder or GGUF file; where empty, the one that the adapters name
   * @param format of matrices; where empty the base's, see {@link MergedFolder}
   * @param folder must not exist, or be empty
   * @throws TrainException if the adapters are not for this base
   */
  public static void merge(
      Path adapter, Optional<Path> base, Optional<SafetensorsType> format, Path folder) {
    Path found =
        base.orElseGet(() -> {
          Path named = Path.of(AdapterFolder.baseModel(adapter));
          if (named.toString().isEmpty() || !Files.exists(named)) {
            throw new TrainException(
                "%s: its base, \"%s\", is not here; name it with --base".formatted(adapter, named));
          }
          return named;
        });
    Torch.start(0);
    try (TrainingModel model =
        TrainingModel.of(
            WeightSources.open(found),
            AdapterFolder.method(adapter),
            Compute.cpu(ComputeType.FP32, true),
            0)) {
      AdapterFolder.read(adapter, model);
      MergedFolder.write(model, found, format, folder, files -> finish(adapter, files));
    }
  }

  /** The adapters' own tokenizer and template go before the base's: they were trained with them. */
  private static void finish(Path adapter, Path files) {
    if (Files.exists(adapter.resolve("tokenizer.json"))) {
      PromptFiles.copy(adapter, files);
    } else {
      PromptFiles.copyTemplate(adapter, files);
    }
    List<Integer> ends = PromptFiles.ends(adapter);
    Path tokenizer = files.resolve("tokenizer.json");
    if (!ends.isEmpty() && Files.exists(tokenizer)) {
      PromptFiles.setEnds(files, Tokenizer.fromJson(tokenizer), ends);
    }
  }
}
