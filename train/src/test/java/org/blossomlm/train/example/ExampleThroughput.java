package org.blossomlm.train.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures the making of samples: {@code java ... ExampleThroughput MODEL TEMPLATE THREADS FILE}.
 */
final class ExampleThroughput {
  private ExampleThroughput() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[3]);
    try (PromptFormat format =
        PromptFormat.open(
            Path.of(arguments[0]), Optional.of(arguments[1]).filter(t -> !t.equals("-")))) {
      ExampleBuilder builder =
          new ExampleBuilder(
              format.tokenizer(), format.template(), ExamplePolicy.of(4096), TestModels.NOW);
      for (int round = 0; round < 3; round++) {
        Path folder = Files.createTempDirectory("examples");
        long start = System.nanoTime();
        Path parent = file.toAbsolutePath().getParent();
        ExampleSource source =
            ExampleSource.of(parent == null ? Path.of("") : parent, file.getFileName().toString());
        try (ExampleFile examples =
            new ExampleCache(folder, Integer.parseInt(arguments[2]))
                .examples(source, builder, done -> {})) {
          double seconds = (System.nanoTime() - start) / 1e9;
          System.out.printf(
              Locale.ROOT,
              "%d records, %d tokens, %.2f s: %.0f records/s, %.0f tokens/s%n",
              examples.counts().records(),
              examples.counts().tokens(),
              seconds,
              examples.counts().records() / seconds,
              examples.counts().tokens() / seconds);
        }
      }
    }
  }
}
