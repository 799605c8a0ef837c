package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.run.RecipeTeachers;
import org.blossomlm.data.run.RunCommand;
import org.blossomlm.data.run.TeacherPool;
import org.blossomlm.data.teacher.Budget;
import org.blossomlm.data.teacher.PriceTable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all commands on recipes take. */
final class RecipeOptions {
  private static final Path RUNS = Path.of("runs");

  @Parameters(index = "0", paramLabel = "RECIPE")
  private Path file = Path.of("");

  @Option(
      names = {"-p", "--parameter"},
      paramLabel = "NAME=VALUE")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--seed", paramLabel = "N")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--budget", paramLabel = "USD")
  private Optional<String> budget = Optional.empty();

  @Option(names = "--prices", paramLabel = "FILE")
  private Optional<Path> prices = Optional.empty();

  @Option(names = "--cache", paramLabel = "FILE")
  private Optional<Path> cache = Optional.empty();

  Recipe recipe() {
    Recipe recipe = RecipeFile.read(file, parameters, BuiltInOperators.catalog());
    return seed.isPresent() ? recipe.withSeed(seed.get()) : recipe;
  }

  /** What makes the same data set again. */
  RunCommand command(Recipe recipe, Optional<Long> limit) {
    List<String> arguments = new ArrayList<>();
    parameters.forEach((name, value) -> arguments.addAll(List.of("-p", name + "=" + value)));
    seed.ifPresent(number -> arguments.addAll(List.of("--seed", number.toString())));
    limit.ifPresent(number -> arguments.addAll(List.of("--limit", number.toString())));
    return new RunCommand(
        file.toString(),
        recipe.folder().toString(),
        recipe.card().map(card -> recipe.folder().resolve(card).toString()),
        arguments);
  }

  /** The folder of the run. */
  Path folder(Recipe recipe) {
    return folder.orElse(RUNS.resolve(recipe.name()));
  }

  /** The user's before Blossom's own. */
  PriceTable prices() {
    PriceTable bundled = PriceTable.bundled();
    return prices.map(file -> bundled.overriddenBy(PriceTable.read(file))).orElse(bundled);
  }

  TeacherPool.Opener teachers() {
    return RecipeTeachers.opener(
        budget.map(Budget::parse).orElseGet(Budget::unlimited), cache, prices());
  }
}
