package org.blossomlm.model.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.blossomlm.model.tokenizer.TokenizerTrainer.Options;

/** Measures training: {@code java ... TokenizerTrainingThroughput SIZE FILE...}. */
final class TokenizerTrainingThroughput {
  private TokenizerTrainingThroughput() {}

  public static void main(String[] arguments) throws IOException {
    for (int round = 0; round < 3; round++) {
      long bytes = 0;
      long start = System.nanoTime();
      try (TokenizerTrainer trainer =
          new TokenizerTrainer(Options.of(Integer.parseInt(arguments[0])))) {
        for (String name : List.of(arguments).subList(1, arguments.length)) {
          byte[] file = Files.readAllBytes(Path.of(name));
          bytes += file.length;
          new String(file, java.nio.charset.StandardCharsets.UTF_8)
              .lines()
              .forEach(line -> trainer.add(line + "\n"));
        }
        long counted = System.nanoTime();
        TrainedVocabulary vocabulary = trainer.train(size -> {});
        long end = System.nanoTime();
        System.out.printf(
            Locale.ROOT,
            "%d tokens, %.1f MB, reading %.2f s, all %.2f s, %.1f MB/s, %d words forgotten%n",
            vocabulary.size(),
            bytes / 1e6,
            (counted - start) / 1e9,
            (end - start) / 1e9,
            bytes / 1e6 / ((end - start) / 1e9),
            trainer.forgottenWords());
      }
    }
  }
}
