package org.blossomlm.data.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.recipe.Condition;
import org.blossomlm.data.recipe.Recipe;

/**
 * Cuts a recipe into stages: one stage for each run of operators that look at one record at a time,
 * one for each that looks at all, and one for each sink.
 */
final class StagePlan {
  private final Recipe recipe;
  private final Map<String, Recipe.Source> sources = new HashMap<>();

  /** Which stage's file holds the records of a branch. */
  private final Map<String, Integer> files = new HashMap<>();

  private final List<Stage> stages = new ArrayList<>();
  private int ids;

  private StagePlan(Recipe recipe) {
    this.recipe = recipe;
    recipe.sources().forEach(source -> sources.put(source.name(), source));
  }

  static List<Stage> of(Recipe recipe) {
    var plan = new StagePlan(recipe);
    recipe.branches().forEach(plan::add);
    recipe.sinks().forEach(plan::add);
    return List.copyOf(plan.stages);
  }

  private void add(Recipe.Branch branch) {
    List<Stage.Input> inputs =
        branch.from().stream()
            .map(from -> input(from.name(), from.sample(), branch.name(), branch.when()))
            .toList();
    List<Recipe.Step> pending = new ArrayList<>();
    for (Recipe.Step step : branch.steps()) {
      if (step.operator() instanceof SetOperator) {
        int file = stream(branch.name(), inputs, pending);
        int id = ids++;
        stages.add(new Stage.Together(id, step.name(), file, step));
        inputs = List.of(new Stage.Input.OfStage(id, 1, "", Condition.ALWAYS));
        pending.clear();
      } else {
        pending.add(step);
      }
    }
    files.put(branch.name(), stream(branch.name(), inputs, pending));
  }

  /** The stage that has what {@code steps} make of {@code inputs}: a new one if need be. */
  private int stream(String title, List<Stage.Input> inputs, List<Recipe.Step> steps) {
    if (steps.isEmpty()
        && inputs.size() == 1
        && inputs.getFirst() instanceof Stage.Input.OfStage file
        && file.sample() == 1
        && file.when().isAlways()) {
      return file.id();
    }
    int id = ids++;
    stages.add(new Stage.Records(id, title, inputs, List.copyOf(steps)));
    return id;
  }

  private void add(Recipe.Sink sink) {
    List<Stage.Input> inputs =
        sink.from().stream().map(name -> input(name, 1, sink.file(), sink.when())).toList();
    stages.add(new Stage.Output(sink.file(), sink, inputs));
  }

  private Stage.Input input(String name, double sample, String consumer, Condition when) {
    String salt = consumer + " ← " + name;
    Recipe.Source source = sources.get(name);
    return source != null
        ? new Stage.Input.OfSource(source, sample, salt, when)
        : new Stage.Input.OfStage(Objects.requireNonNull(files.get(name)), sample, salt, when);
  }

  /** The stage files that stages from {@code next} on still read. */
  static Set<Integer> needed(List<Stage> stages, int next) {
    Set<Integer> needed = new TreeSet<>();
    for (Stage stage : stages.subList(next, stages.size())) {
      switch (stage) {
        case Stage.Records records -> records.inputs().forEach(input -> add(input, needed));
        case Stage.Output output -> output.inputs().forEach(input -> add(input, needed));
        case Stage.Together together -> needed.add(together.input());
      }
    }
    return needed;
  }

  private static void add(Stage.Input input, Set<Integer> needed) {
    if (input instanceof Stage.Input.OfStage file) {
      needed.add(file.id());
    }
  }
}
