package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.engine.Session;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.Recipe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A synthetic model")
class SyntheticModelTest {
  private static final LoadOptions LOADING =
      LoadOptions.DEFAULT.withContextLength(128).withThreads(2);

  @TempDir Path folder;

  static Stream<ModelShape> families() {
    return TinyShapes.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("families")
  void of_every_family_and_recipe_runs_with_logits_of_ordinary_size(ModelShape shape) {
    for (Recipe recipe : Recipe.values()) {
      Path file = write(shape, recipe, 1);
      try (LanguageModel model = LanguageModel.load(file, LOADING);
          Session session = model.newSession()) {
        session.logits(
            new int[] {300, 301, 302, 303},
            (position, logits) ->
                assertThat(deviation(logits)).as("%s %s", shape, recipe).isBetween(0.05, 3.0));
      }
    }
  }

  private static double deviation(float[] values) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    return Math.sqrt(squares / values.length - Math.pow(sum / values.length, 2));
  }

  @Test
  void answers_a_chat() {
    Path file = write(TinyShapes.qwen2(), Recipe.Q4_K_M, 1);
    try (LanguageModel model = LanguageModel.load(file, LOADING);
        Session session = model.newSession()) {
      assertThat(model.chatTemplate()).isPresent();
      var greedy = SamplingOptions.DEFAULT.toBuilder().temperature(0).build();
      var options = GenerationOptions.builder().sampling(greedy).maxTokens(5).build();
      var answer =
          session.generate(model.tokenizer().encode("Hello"), options, GenerationListener.NONE);
      assertThat(answer.tokens()).hasSize(5);
    }
  }

  @Test
  void is_the_same_file_for_the_same_seed() throws IOException {
    byte[] first = Files.readAllBytes(write(TinyShapes.qwen2(), Recipe.Q5_K_M, 7));
    byte[] again = Files.readAllBytes(write(TinyShapes.qwen2(), Recipe.Q5_K_M, 7));
    byte[] other = Files.readAllBytes(write(TinyShapes.qwen2(), Recipe.Q5_K_M, 8));
    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void says_what_it_is() {
    try (GgufFile file = GgufFile.open(write(TinyShapes.qwen2(), Recipe.Q4_K_M, 1))) {
      assertThat(file.metadata().string("general.name")).contains("synthetic tiny:qwen2");
      assertThat(file.metadata().string("general.description")).contains("random weights, seed 1");
      assertThat(file.metadata().integer("general.file_type")).hasValue(15);
    }
  }

  @Test
  void reports_how_far_it_is() {
    SyntheticModel model = new SyntheticModel(TinyShapes.qwen2(), Recipe.Q8_0, 1);
    List<Long> steps = new ArrayList<>();
    model.write(folder.resolve("model.gguf"), steps::add);
    assertThat(steps).isSorted().last().isEqualTo(model.bytes());
  }

  @Test
  void that_is_not_finished_leaves_nothing() {
    SyntheticModel model = new SyntheticModel(TinyShapes.qwen2(), Recipe.Q8_0, 1);
    assertThatThrownBy(() ->
            model.write(
                folder.resolve("model.gguf"),
                done -> {
                  if (done > model.bytes() / 2) {
                    throw new IllegalStateException("enough");
                  }
                }))
        .hasMessageContaining("enough");
    assertThat(files()).isEmpty();
  }

  /** Writes a model of several gigabytes, which its parent does not wait for. */
  static final class Endless {
    public static void main(String[] arguments) {
      SyntheticModel.of("qwen2:7b:Q8_0", 1).write(Path.of(arguments[0]), done -> {});
    }
  }

  @Test
  void whose_writer_is_told_to_stop_leaves_nothing() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                folder.resolve("model.gguf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (files().isEmpty()) {
        assertThat(process.isAlive()).isTrue();
        Thread.sleep(5);
      }
      assertThat(files()).noneMatch(name -> name.equals("model.gguf"));
      process.destroy();
      process.waitFor();
      assertThat(files()).isEmpty();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Path write(ModelShape shape, Recipe recipe, long seed) {
    Path file = folder.resolve(shape.name().replace(':', '-') + ".gguf");
    new SyntheticModel(shape, recipe, seed).write(file, done -> {});
    return file;
  }

  private List<String> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
