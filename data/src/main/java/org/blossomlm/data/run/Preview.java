package org.blossomlm.data.run;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.recipe.Recipe;

/**
 * Sends a few records through a recipe and remembers what every step made of them. Teachers are
 * really asked; their answers go to the call cache that a run in the same folder uses, so that they
 * are not paid for again. Operators that look at all records look at these few.
 */
public final class Preview {
  private final Recipe recipe;
  private final int records;
  private final TeacherPool teachers;
  private final SourceFiles files;
  private final Map<String, List<DataRecord>> results = new HashMap<>();

  private Preview(Recipe recipe, int records, TeacherPool teachers) {
    this.recipe = recipe;
    this.records = records;
    this.teachers = teachers;
    files = new SourceFiles(recipe.folder());
  }

  /**
   * What a branch did.
   *
   * @param input its records
   * @param steps in order
   */
  public record BranchPreview(String branch, List<DataRecord> input, List<StepPreview> steps) {}

  /** What a step did, one change for each record that it saw. */
  public record StepPreview(String step, List<Change> changes) {}

  /**
   * What became of a record.
   *
   * @param after records in its place; empty if it left
   * @param left why it left
   */
  public record Change(DataRecord before, List<DataRecord> after, Optional<Left> left) {}

  /**
   * Why a record left.
   *
   * @param failed rather than dropped
   */
  public record Left(boolean failed, String reason) {}

  /**
   * Previews a recipe.
   *
   * @param records how many of each branch's input
   * @param folder of the run, for its call cache
   * @throws DataException if sources cannot be read, or an operator that looks at all records
   *     cannot go on
   */
  public static List<BranchPreview> of(
      Recipe recipe, int records, Path folder, TeacherPool.Opener opener)
      throws InterruptedException {
    try (TeacherPool teachers = opener.open(recipe, folder, BigDecimal.ZERO)) {
      var preview = new Preview(recipe, records, teachers);
      List<BranchPreview> branches = new ArrayList<>();
      for (Recipe.Branch branch : recipe.branches()) {
        branches.add(preview.branch(branch));
      }
      return branches;
    }
  }

  private BranchPreview branch(Recipe.Branch branch) throws InterruptedException {
    List<DataRecord> input = input(branch);
    List<DataRecord> current = input;
    List<StepPreview> steps = new ArrayList<>();
    for (Recipe.Step step : branch.steps()) {
      List<Change> changes =
          step.operator() instanceof SetOperator operator
              ? together(step, operator, current)
              : oneByOne(step, current);
      steps.add(new StepPreview(step.name(), changes));
      current = changes.stream().flatMap(change -> change.after().stream()).toList();
    }
    results.put(branch.name(), current);
    return new BranchPreview(branch.name(), input, steps);
  }

  private List<DataRecord> input(Recipe.Branch branch) {
    List<DataRecord> input = new ArrayList<>();
    for (Recipe.Input from : branch.from()) {
      List<DataRecord> made = results.get(from.name());
      if (made != null) {
        made.stream().filter(branch.when()::test).limit(records).forEach(input::add);
      } else {
        read(from, branch, input);
      }
    }
    return input;
  }

  private void read(Recipe.Input from, Recipe.Branch branch, List<DataRecord> input) {
    Recipe.Source source =
        recipe.sources().stream()
            .filter(each -> each.name().equals(from.name()))
            .findFirst()
            .orElseThrow();
    var part = new Stage.Input.OfSource(source, from.sample(), branch.name(), branch.when());
    try (StageInput reader =
        new StageInput(List.of(part), Position.START, id -> Path.of(""), files, recipe.seed())) {
      int taken = 0;
      while (taken < records) {
        Optional<StageInput.Item> item = reader.next();
        if (item.isEmpty()) {
          return;
        }
        Optional<DataRecord> record = item.get().record().get();
        if (record.isPresent() && record.get().failure().isEmpty()) {
          input.add(record.get());
          taken++;
        }
      }
    } catch (IOException e) {
      throw new DataException(source.name() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private List<Change> oneByOne(Recipe.Step step, List<DataRecord> input)
      throws InterruptedException {
    var chain = new StepChain(List.of(step), recipe.seed(), teachers);
    List<Change> changes = new ArrayList<>();
    for (DataRecord record : input) {
      var seen = new Seen();
      chain.run(record, seen);
      changes.add(new Change(record, seen.kept, seen.left));
    }
    return changes;
  }

  private List<Change> together(Recipe.Step step, SetOperator operator, List<DataRecord> input)
      throws InterruptedException {
    Map<String, Change> byId = new LinkedHashMap<>();
    input.forEach(record -> byId.put(record.id(), new Change(record, List.of(), Optional.empty())));
    List<Change> made = new ArrayList<>();
    operator.apply(
        new Few(input),
        new SetOperator.Output() {
          @Override
          public void keep(DataRecord record) {
            Change known = byId.remove(record.id());
            made.add(
                new Change(
                    known == null ? record : known.before(), List.of(record), Optional.empty()));
          }

          @Override
          public void drop(DataRecord record, String reason) {
            byId.remove(record.id());
            made.add(new Change(record, List.of(), Optional.of(new Left(false, reason))));
          }
        },
        new StepContext(step.name(), recipe.seed(), teachers, new StepTally(step.name())));
    return made;
  }

  /** All records that there are. */
  private record Few(List<DataRecord> records) implements SetOperator.RecordSet {
    @Override
    public long size() {
      return records.size();
    }

    @Override
    public void forEach(Consumer<? super DataRecord> consumer) {
      records.forEach(consumer);
    }

    @Override
    public void forEach(long[] indices, Consumer<? super DataRecord> consumer) {
      for (long index : indices) {
        consumer.accept(records.get(Math.toIntExact(index)));
      }
    }
  }

  private static final class Seen implements StepChain.Observer {
    private final List<DataRecord> kept = new ArrayList<>();
    private Optional<Left> left = Optional.empty();

    @Override
    public void kept(DataRecord record) {
      kept.add(record);
    }

    @Override
    public void dropped(Recipe.Step step, DataRecord record, String reason) {
      left = Optional.of(new Left(false, reason));
    }

    @Override
    public void failed(Optional<Recipe.Step> step, DataRecord record) {
      left = Optional.of(new Left(true, record.failure().orElse("")));
    }

    @Override
    public StepTally tally(Recipe.Step step) {
      return new StepTally(step.name());
    }
  }
}
