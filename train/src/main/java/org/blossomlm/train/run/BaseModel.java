package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.blossomlm.model.convert.DecoderLayout;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.example.PromptFormat;
import org.blossomlm.train.nn.DecoderDefinition;
import org.blossomlm.train.nn.WeightSource;
import org.blossomlm.train.nn.WeightSources;

/**
 * What is trained, before it is opened.
 *
 * @param path a Hugging Face folder, which has no weights where the model is new, or a GGUF file
 * @param isNew whether weights begin at random
 * @param deviation of the first weights of a new model
 * @param prompts a folder, tokenizer.json or GGUF file with the tokenizer
 * @param weightBytes of the files
 */
record BaseModel(
    Path path,
    boolean isNew,
    double deviation,
    Path prompts,
    DecoderDefinition definition,
    long weightBytes) {

  /** Where the tokenizer of a configuration is. */
  static Path prompts(TrainConfig config) {
    return config
        .tokenizer()
        .orElseGet(() ->
            switch (config.model()) {
              case TrainConfig.Pretrained(Path path) -> path;
              case TrainConfig.FromScratch _ ->
                  throw new IllegalStateException("the reader requires a tokenizer");
            });
  }

  /**
   * Looks at the model of a configuration.
   *
   * @param folder where the description of a new one is put
   * @throws TrainException if it is not there
   * @throws org.blossomlm.model.ModelException if it is of a family that is not trained
   */
  static BaseModel of(TrainConfig config, PromptFormat format, Path folder) {
    Path prompts = prompts(config);
    BaseModel base =
        switch (config.model()) {
          case TrainConfig.Pretrained(Path path) ->
              new BaseModel(path, false, 0, prompts, definition(path), weightBytes(path));
          case TrainConfig.FromScratch scratch -> {
            NewModelFolder.write(scratch, format.tokenizer(), prompts, folder);
            yield new BaseModel(
                folder, true, scratch.initialRange(), prompts, definition(folder), 0);
          }
        };
    int tokens = format.tokenizer().vocabularySize();
    if (tokens > base.definition().vocabulary()) {
      throw new TrainException(
          "%s: the tokenizer has %d tokens, the model %d; take the model's own tokenizer"
              .formatted(prompts, tokens, base.definition().vocabulary()));
    }
    return base;
  }

  private static DecoderDefinition definition(Path path) {
    if (!Files.exists(path)) {
      throw new TrainException(
          path + ": there is no such model; give a Hugging Face folder or a GGUF file");
    }
    if (Files.isDirectory(path)) {
      return DecoderDefinition.of(DecoderLayout.ofFolder(path));
    }
    try (GgufFile file = GgufFile.open(path)) {
      return DecoderDefinition.of(DecoderLayout.ofGguf(file));
    }
  }

  private static long weightBytes(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return Files.size(path);
      }
      long sum = 0;
      try (Stream<Path> inside = Files.list(path)) {
        for (Path file : inside.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
          sum += Files.size(file);
        }
      }
      return sum;
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  WeightSource open(long seed) {
    return isNew ? WeightSources.random(path, seed, deviation) : WeightSources.open(path);
  }
}
