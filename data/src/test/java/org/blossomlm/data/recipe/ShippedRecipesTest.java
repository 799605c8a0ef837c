package org.blossomlm.data.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.data.teacher.TeacherSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The recipes that Blossom brings")
class ShippedRecipesTest {
  private static final Path RECIPES = Path.of("..", "recipes");
  private static final Pattern SOURCE = Pattern.compile("\\$\\{sources}/([^\"*{!]+\\.\\w+)");

  @TempDir Path sources;

  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(RECIPES)) {
      return files
          .filter(file -> file.getFileName().toString().matches("blossom-.*\\.yaml"))
          .sorted()
          .toList();
    }
  }

  @Test
  void are_the_four_sets_each_whole_and_small() throws IOException {
    assertThat(recipes().stream().map(file -> file.getFileName().toString()))
        .containsExactly(
            "blossom-chat-mini.yaml",
            "blossom-chat.yaml",
            "blossom-math-mini.yaml",
            "blossom-math.yaml",
            "blossom-orca-mini.yaml",
            "blossom-orca.yaml",
            "blossom-wizard-mini.yaml",
            "blossom-wizard.yaml");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void pass_the_checker(Path file) throws IOException {
    Recipe recipe = checked(file);
    assertThat(recipe.name() + ".yaml").isEqualTo(file.getFileName().toString());
    assertThat(recipe.sinks()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void have_teachers_that_can_be_read(Path file) throws IOException {
    Recipe recipe = checked(file);
    assertThat(recipe.teachers()).isNotEmpty();
    for (Recipe.TeacherEntry teacher : recipe.teachers()) {
      assertThatCode(
              () -> TeacherSettings.read(teacher.name(), teacher.settings(), recipe.folder()))
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void say_what_each_parameter_is(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    int parameters = lines.indexOf("parameters:");
    int end = lines.subList(parameters, lines.size()).indexOf("") + parameters;
    assertThat(parameters).isPositive();
    for (int i = parameters + 1; i < end; i++) {
      if (!lines.get(i).startsWith("  #")) {
        assertThat(lines.get(i - 1)).as("the line above " + lines.get(i)).startsWith("  #");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void have_no_step_that_nothing_comes_to(Path file) throws IOException {
    Recipe recipe = checked(file);
    List<String> taken =
        Stream.concat(
                recipe.branches().stream()
                    .flatMap(branch -> branch.from().stream().map(Recipe.Input::name)),
                recipe.sinks().stream().flatMap(sink -> sink.from().stream()))
            .toList();
    assertThat(recipe.sources()).allMatch(source -> taken.contains(source.name()));
    assertThat(recipe.branches()).allMatch(branch -> taken.contains(branch.name()));
  }

  @Test
  void read_the_seeds_that_lie_beside_them() throws IOException {
    for (Path file : recipes()) {
      for (Recipe.Source source : checked(file).sources()) {
        for (String name : source.files()) {
          if (!name.startsWith(sources.toString())) {
            assertThat(RECIPES.resolve(name)).as(file + ": " + source.name()).isRegularFile();
          }
        }
      }
    }
  }

  /** With files in place of the sources and benchmarks that operators look into. */
  private Recipe checked(Path file) throws IOException {
    String text = Files.readString(file);
    Matcher matcher = SOURCE.matcher(text);
    while (matcher.find()) {
      Path source = sources.resolve(matcher.group(1));
      Files.createDirectories(source.getParent());
      Files.writeString(
          source,
          source.toString().endsWith(".tsv")
              ? "How many legs have seven spiders?\t56\n"
              : "{\"question\": \"How many legs?\", \"messages\": [\"Be brief.\"]}\n");
    }
    Map<String, String> parameters =
        text.contains("\n  sources:") && !recipeIsSmall(file)
            ? Map.of("sources", sources.toString())
            : Map.of();
    return RecipeFile.read(file, parameters, BuiltInOperators.catalog());
  }

  private static boolean recipeIsSmall(Path file) {
    return file.toString().endsWith("-mini.yaml");
  }
}
