package org.blossomlm.data.run;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeText;
import org.jspecify.annotations.Nullable;

/**
 * Runs a recipe in a folder. The same recipe gives the same bytes, whatever the number of workers,
 * and however often the run was ended and resumed in between.
 *
 * <p>How: a recipe is cut into stages ({@link StagePlan}), which are run one after the other and
 * hand records on in files, written in the order of the input. Everything random follows from the
 * seed and the id of the record. At every checkpoint the journal remembers, together, how far the
 * input was read and how long all files were; a resumed run cuts them to these lengths and goes on
 * reading there.
 */
public final class DataRun {
  private final Recipe recipe;
  private final RunOptions options;
  private final RunListener listener;

  private DataRun(Recipe recipe, RunOptions options, RunListener listener) {
    this.recipe = recipe;
    this.options = options;
    this.listener = listener;
  }

  /**
   * Runs to the end.
   *
   * @throws RunStop if it ended before; it can be resumed
   * @throws DataException if it cannot begin: another run has the folder, or an earlier one is in
   *     it, or the recipe is not the one to be resumed
   */
  public static RunResult run(Recipe recipe, RunOptions options, RunListener listener)
      throws InterruptedException {
    var run = new DataRun(recipe, options, listener);
    try (RunFolder folder = RunFolder.open(options.folder())) {
      return run.in(folder);
    } catch (IOException e) {
      throw RunStop.writing(options.folder().toString(), e);
    }
  }

  private RunResult in(RunFolder folder) throws IOException, InterruptedException {
    var sources = new SourceFiles(recipe.folder());
    Map<String, Object> plan = RecipeText.toMap(recipe);
    plan.put("files", files(sources));
    Checkpoint from = begin(folder, plan);
    List<Stage> stages = StagePlan.of(recipe);
    try (TeacherPool teachers = options.teachers().open(recipe, folder.path(), from.spent());
        RunJournal journal =
            new RunJournal(folder, recipe, from, options.opener(), teachers::spent)) {
      if (from.complete()) {
        folder.log("already complete");
        return result(folder, journal, true);
      }
      try (RunEngine.@Nullable Session engine =
          options.engine().isPresent()
              ? options.engine().get().open(recipe, folder.path(), teachers, options.workers())
              : null) {
        var environment =
            new RunEnvironment(
                recipe,
                folder,
                sources,
                teachers,
                journal,
                options,
                stages,
                listener,
                Optional.ofNullable(engine));
        StageInput.replay(stages, journal.stage(), journal.position(), sources, recipe.seed());
        while (journal.stage() < stages.size()) {
          run(stages, environment);
        }
        journal.complete();
      } catch (RunStop e) {
        folder.log("stopped: " + e.getMessage());
        finish(folder, journal, false);
        throw e;
      }
      folder.log("complete");
      return finish(folder, journal, true);
    }
  }

  /** From where to go on; the folder is in that state. */
  private Checkpoint begin(RunFolder folder, Map<String, Object> plan) throws IOException {
    Optional<Checkpoint> earlier = folder.checkpoint();
    switch (options.begin()) {
      case FRESH -> {
        if (earlier.isPresent()) {
          throw new DataException(
              "%s: holds %s run; go on with --resume, begin again with --restart, or choose another folder with --output"
                  .formatted(folder.path(), earlier.get().complete() ? "a complete" : "an ended"));
        }
      }
      case RESUME -> {
        if (earlier.isPresent()) {
          checkSamePlan(folder, plan);
          return resume(folder, earlier.get());
        }
      }
      case RESTART -> {}
    }
    folder.clear();
    folder.savePlan(RecipeText.toYaml(plan));
    var start =
        new Checkpoint(
            0,
            Position.START,
            Map.of(),
            Map.of(),
            List.of(),
            Duration.ZERO,
            BigDecimal.ZERO,
            false,
            Optional.empty());
    folder.save(start);
    folder.log("begun: " + recipe.name() + ", seed " + recipe.seed());
    return start;
  }

  private static Checkpoint resume(RunFolder folder, Checkpoint earlier) throws IOException {
    if (earlier.again().isPresent()) {
      Checkpoint from = earlier.again().get().costing(earlier);
      folder.save(from); // First: a folder with more than its checkpoint knows is in order.
      folder.restore(from.files());
      folder.log(
          "resumed in stage "
              + (from.stage() + 1)
              + ", at the first record that a teacher did not get to");
      return from;
    }
    if (!earlier.complete()) {
      folder.restore(earlier.files());
      folder.log("resumed in stage " + (earlier.stage() + 1));
    }
    return earlier;
  }

  private static void checkSamePlan(RunFolder folder, Map<String, Object> plan) throws IOException {
    String earlier = folder.plan().orElse("{}");
    // Through text both, so that numbers and texts are compared as they are written.
    List<String> differences =
        RecipeText.differences(
            RecipeText.fromYaml(earlier), RecipeText.fromYaml(RecipeText.toYaml(plan)));
    if (!differences.isEmpty()) {
      int shown = Math.min(5, differences.size());
      String more =
          differences.size() > shown ? " and " + (differences.size() - shown) + " more" : "";
      throw new DataException(
          "%s: cannot be resumed, the recipe or its files have changed: %s%s; begin again with --restart (answers of teachers are kept)"
              .formatted(folder.path(), String.join("; ", differences.subList(0, shown)), more));
    }
  }

  /** The state of all files that the recipe reads. */
  private Map<String, Object> files(SourceFiles sources) {
    Map<String, Object> files = new LinkedHashMap<>();
    for (Recipe.Source source : recipe.sources()) {
      files.put(source.name(), sources.describe(source));
    }
    for (Recipe.Branch branch : recipe.branches()) {
      for (Recipe.Step step : branch.steps()) {
        for (Parameter parameter : step.spec().parameters()) {
          if (parameter.kind() == Parameter.Kind.FILE
              && step.arguments().get(parameter.name()) instanceof String name) {
            Path file = step.folder().resolve(name);
            if (Files.isRegularFile(file)) {
              files.put(step.name() + "." + parameter.name(), SourceFiles.stamp(file));
            }
          }
        }
      }
    }
    return files;
  }

  private void run(List<Stage> stages, RunEnvironment environment)
      throws IOException, InterruptedException {
    RunJournal journal = environment.journal();
    Stage stage = stages.get(journal.stage());
    environment.begin(stage);
    switch (stage) {
      case Stage.Records records when environment.engine().isPresent() ->
          new BatchStage(records, environment, environment.engine().get()).run();
      case Stage.Records records -> new RecordStage(records, environment).run();
      case Stage.Together together -> new SetStage(together, environment, options.control()).run();
      case Stage.Output output -> new OutputStage(output, environment).run();
    }
    environment.end(stage);
    Set<Integer> before = StagePlan.needed(stages, journal.stage());
    Set<Integer> after = StagePlan.needed(stages, journal.stage() + 1);
    List<String> obsolete = new ArrayList<>();
    before.stream()
        .filter(id -> !after.contains(id))
        .forEach(id -> obsolete.add(RunFolder.stageName(id)));
    try {
      journal.nextStage(obsolete);
    } catch (IOException e) {
      throw RunStop.writing(options.folder().toString(), e);
    }
  }

  private RunResult finish(RunFolder folder, RunJournal journal, boolean complete) {
    RunResult result = result(folder, journal, complete);
    try {
      folder.replace("metrics.json", RunMetrics.toJson(recipe, result));
    } catch (IOException e) {
      folder.log("metrics.json could not be written: " + e);
    }
    return result;
  }

  private RunResult result(RunFolder folder, RunJournal journal, boolean complete) {
    List<RunResult.Output> outputs = new ArrayList<>();
    for (Recipe.Sink sink : recipe.sinks()) {
      Path file = OutputStage.target(folder, sink.file());
      String count = OutputStage.countName(sink.file());
      outputs.add(
          new RunResult.Output(
              file,
              journal.knows(count) ? OptionalLong.of(journal.count(count)) : OptionalLong.empty()));
    }
    return new RunResult(
        folder.path(),
        journal.steps(),
        outputs,
        journal.count(RunFolder.failedName()),
        journal.elapsed(),
        journal.spent(),
        complete,
        journal.unservedCount());
  }
}
