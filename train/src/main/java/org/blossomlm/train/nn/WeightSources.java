package org.blossomlm.train.nn;

import java.nio.file.Files;
import java.nio.file.Path;
import org.blossomlm.model.convert.DecoderLayout;

/** Opens what a run starts from. */
public final class WeightSources {
  private WeightSources() {}

  /**
   * Opens a Hugging Face folder or a GGUF file.
   *
   * @throws org.blossomlm.model.ModelException if it cannot be read or is of another architecture
   */
  public static WeightSource open(Path model) {
    return Files.isDirectory(model) ? new FolderWeights(model) : new GgufWeights(model);
  }

  /** New weights for the {@code config.json} of a folder, with GPT-2's deviation of 0.02. */
  public static WeightSource random(Path folder, long seed) {
    return random(folder, seed, RandomWeights.DEVIATION);
  }

  /**
   * New weights for the {@code config.json} of a folder.
   *
   * @param deviation of matrices
   */
  public static WeightSource random(Path folder, long seed, double deviation) {
    return RandomWeights.of(DecoderLayout.ofFolder(folder), seed, deviation);
  }
}
