package org.blossomlm.data.run;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.dedup.ClusterOperator;
import org.blossomlm.data.dedup.Likeness;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.recipe.RecipeText;

/** A stage of a run on another machine: the same operators, made from the text of the recipe. */
public final class StageWork {
  private final Recipe recipe;
  private final Stage stage;
  private final TeacherPool teachers;

  private StageWork(Recipe recipe, Stage stage, TeacherPool teachers) {
    this.recipe = recipe;
    this.stage = stage;
    this.teachers = teachers;
  }

  /**
   * The text from which other machines make the recipe again. How teachers are reached, keys say,
   * is not in it.
   *
   * @throws DataException if the recipe has operators that {@code catalog} does not know: such as
   *     were written in code can only be run here
   */
  public static String planOf(Recipe recipe, OperatorCatalog catalog) {
    Map<String, Object> plan = RecipeText.toMap(recipe);
    Map<String, Object> teachers = new LinkedHashMap<>();
    recipe
        .teachers()
        .forEach(teacher ->
            teachers.put(
                teacher.name(), Map.of("model", "elsewhere", "base_url", "http://localhost")));
    plan.put("teachers", teachers);
    // Their values are in their places, and among them may be keys.
    plan.put("parameters", Map.of());
    String text = RecipeText.toYaml(plan);
    Recipe again;
    try {
      again = parse(text, recipe.folder(), catalog);
    } catch (DataException e) {
      throw cannotBeSent(recipe, String.valueOf(e.getMessage()));
    }
    List<String> differences =
        RecipeText.differences(
            RecipeText.fromYaml(text),
            RecipeText.fromYaml(RecipeText.toYaml(RecipeText.toMap(again))));
    if (!differences.isEmpty()) {
      throw cannotBeSent(recipe, "it would change on the way: " + differences.getFirst());
    }
    return text;
  }

  private static DataException cannotBeSent(Recipe recipe, String why) {
    return new DataException(
        "recipe %s cannot be sent to other machines: %s; run it without --engine"
            .formatted(recipe.name(), why));
  }

  /**
   * @param plan of {@link #planOf}
   * @param folder of the recipe, the same on all machines
   * @param number of the stage, from 0
   */
  public static StageWork of(
      String plan, Path folder, OperatorCatalog catalog, int number, TeacherPool teachers) {
    Recipe recipe = parse(plan, folder, catalog);
    return new StageWork(recipe, StagePlan.of(recipe).get(number), teachers);
  }

  private static Recipe parse(String plan, Path folder, OperatorCatalog catalog) {
    return RecipeFile.parse(plan, "plan of the run", folder, Map.of(), catalog);
  }

  /** What makes records of a stage that looks at all of them belong together. */
  public Likeness likeness() {
    Recipe.Step step = ((Stage.Together) stage).step();
    var context = new StepContext(step.name(), recipe.seed(), teachers, new StepTally(step.name()));
    return ((ClusterOperator) step.operator()).likeness(context);
  }

  /**
   * Sends records through the operators of the stage.
   *
   * @param workers as many of them at once
   */
  public WorkedBatch apply(RecordBatch batch, int workers) throws InterruptedException {
    var records = (Stage.Records) stage;
    var chain = new StepChain(records.steps(), recipe.seed(), teachers);
    ArrayDeque<RecordTask> tasks = new ArrayDeque<>();
    var free = new Semaphore(workers);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (RecordBatch.Line line : batch.lines()) {
        free.acquire();
        if (tasks.stream().anyMatch(RecordTask::failed)) {
          break; // The run stops there.
        }
        var item =
            new StageInput.Item(Position.START, List.of(), Optional.empty(), record(records, line));
        var task = new RecordTask(item, chain);
        tasks.add(task);
        threads.execute(() -> {
          try {
            task.run();
          } finally {
            free.release();
          }
        });
      }
      threads.shutdown();
      return collect(tasks);
    } finally {
      threads.shutdownNow();
    }
  }

  private Supplier<Optional<DataRecord>> record(Stage.Records records, RecordBatch.Line line) {
    if (line.input() == RecordBatch.Line.CHOSEN) {
      return () -> Optional.of(RecordLine.read(line.json()));
    }
    var input = (Stage.Input.OfStage) records.inputs().get(line.input());
    return () ->
        StageInput.wanted(
            RecordLine.read(line.json()), input.sample(), input.salt(), input, recipe.seed());
  }

  private static WorkedBatch collect(ArrayDeque<RecordTask> tasks) throws InterruptedException {
    List<WorkedBatch.Worked> worked = new ArrayList<>();
    Map<String, StepTally> tallies = new LinkedHashMap<>();
    WorkedBatch.Stop stop = null;
    try {
      for (RecordTask task : tasks) {
        task.join();
        worked.add(new WorkedBatch.Worked(List.copyOf(task.kept()), List.copyOf(task.left())));
        task.tallies()
            .forEach((step, tally) ->
                tallies.computeIfAbsent(step.name(), name -> new StepTally(name)).add(tally));
      }
    } catch (ExecutionException e) {
      RunStop why = RecordStage.stop(e.getCause() == null ? e : e.getCause());
      stop = new WorkedBatch.Stop(why.reason(), String.valueOf(why.getMessage()));
    }
    return new WorkedBatch(worked, tallies.values().stream().map(StepTally::status).toList(), stop);
  }
}
