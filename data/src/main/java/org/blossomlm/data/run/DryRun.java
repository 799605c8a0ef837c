package org.blossomlm.data.run;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Estimate;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherException;

/**
 * What a run would do and cost, without doing it. A few records go through each stage up to the
 * first step that asks a teacher; what it would ask is priced and scaled to all records. What later
 * steps ask depends on the answers, so they are left out, and the cost is a lower bound. Nothing is
 * written.
 */
public final class DryRun {
  private static final int SAMPLE = 20;

  private DryRun() {}

  /**
   * What a run would do.
   *
   * @param sources records by source
   * @param stages in order
   * @param asked by steps that ask teachers first on their record's way
   */
  public record Plan(Map<String, Long> sources, List<PlannedStage> stages, List<Asked> asked) {}

  /** A stage and the operators in it. */
  public record PlannedStage(String title, Kind kind, List<String> steps) {
    /** What it does. */
    public enum Kind {
      RECORDS,
      TOGETHER,
      OUTPUT
    }
  }

  /**
   * What a step would ask.
   *
   * @param estimate for the first call of every record that gets to the step
   */
  public record Asked(String step, Estimate estimate) {}

  /**
   * @param folder of the run, for its call cache; need not be there
   */
  public static Plan of(Recipe recipe, Path folder, TeacherPool.Opener opener)
      throws InterruptedException {
    var sources = new SourceFiles(recipe.folder());
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Recipe.Source source : recipe.sources()) {
      counts.put(source.name(), count(recipe, source, sources));
    }
    List<PlannedStage> stages = new ArrayList<>();
    List<Asked> asked = new ArrayList<>();
    try (TeacherPool teachers = opener.openForEstimates(recipe, folder)) {
      for (Stage stage : StagePlan.of(recipe)) {
        stages.add(planned(stage));
        if (stage instanceof Stage.Records records && !recipe.teachers().isEmpty()) {
          asked.addAll(estimate(recipe, records, counts, sources, teachers));
        }
      }
    }
    return new Plan(counts, stages, asked);
  }

  private static PlannedStage planned(Stage stage) {
    return switch (stage) {
      case Stage.Records records ->
          new PlannedStage(
              records.title(),
              PlannedStage.Kind.RECORDS,
              records.steps().stream().map(Recipe.Step::name).toList());
      case Stage.Together together ->
          new PlannedStage(
              together.title(), PlannedStage.Kind.TOGETHER, List.of(together.step().name()));
      case Stage.Output output ->
          new PlannedStage(output.title(), PlannedStage.Kind.OUTPUT, List.of());
    };
  }

  private static long count(Recipe recipe, Recipe.Source source, SourceFiles files) {
    long taken = 0;
    try (SourceFiles.Reader reader = files.open(source, 0)) {
      long limit = source.limit().orElse(Long.MAX_VALUE);
      while (taken < limit) {
        Optional<DataRecord> record = reader.next();
        if (record.isEmpty()) {
          break;
        }
        reader.takeBadLines();
        if (Seeds.sampled(
            source.sample(), recipe.seed(), "source", source.name(), record.get().id())) {
          taken++;
        }
      }
    }
    return taken;
  }

  /**
   * Only stages that read sources alone can be tried out: the others need what earlier ones make.
   */
  private static List<Asked> estimate(
      Recipe recipe,
      Stage.Records stage,
      Map<String, Long> counts,
      SourceFiles files,
      TeacherPool teachers)
      throws InterruptedException {
    List<Asked> asked = new ArrayList<>();
    if (!stage.inputs().stream().allMatch(Stage.Input.OfSource.class::isInstance)) {
      return asked;
    }
    double total = 0;
    for (Stage.Input input : stage.inputs()) {
      var source = (Stage.Input.OfSource) input;
      total += Objects.requireNonNull(counts.get(source.source().name())) * source.sample();
    }
    var asking = new Asking(teachers);
    var chain = new StepChain(stage.steps(), recipe.seed(), asking);
    int tried = 0;
    try (StageInput input =
        new StageInput(stage.inputs(), Position.START, file -> Path.of(""), files, recipe.seed())) {
      while (tried < SAMPLE) {
        Optional<StageInput.Item> item = input.next();
        if (item.isEmpty()) {
          break;
        }
        Optional<DataRecord> record = item.get().record().get();
        if (record.isPresent()) {
          tried++;
          asking.nextRecord();
          chain.run(record.get(), asking);
        }
      }
    } catch (IOException e) {
      throw new DataException("sources cannot be read: " + e.getMessage(), e);
    }
    int sample = tried;
    double all = total;
    asking.estimates.forEach((step, estimate) ->
        asked.add(new Asked(step, estimate.scaledTo(Math.round(all * estimate.calls() / sample)))));
    return asked;
  }

  /** Teachers that answer nothing, and note what they were asked first about each record. */
  private static final class Asking implements TeacherPool, StepChain.Observer {
    private final TeacherPool real;
    private final Map<String, Estimate> estimates = new LinkedHashMap<>();
    private String step = "";
    private boolean asked;

    Asking(TeacherPool real) {
      this.real = real;
    }

    void nextRecord() {
      asked = false;
    }

    @Override
    public void before(Recipe.Step next, DataRecord record) {
      step = next.name();
    }

    @Override
    public Teacher teacher(String name) {
      return new Teacher() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public Completion complete(CompletionRequest request) throws InterruptedException {
          note(name, request);
          throw new TeacherException("nobody is asked in a dry run", 0);
        }

        @Override
        public List<float[]> embed(List<String> texts) {
          throw new TeacherException("nobody is asked in a dry run", 0);
        }

        @Override
        public void close() {}
      };
    }

    private synchronized void note(String teacher, CompletionRequest request)
        throws InterruptedException {
      if (!asked) {
        asked = true;
        estimates.merge(step, real.estimate(teacher, request), Estimate::plus);
      }
    }

    @Override
    public BigDecimal cost(String teacher, Completion.Usage usage) {
      return BigDecimal.ZERO;
    }

    @Override
    public Estimate estimate(String teacher, CompletionRequest request) {
      return Estimate.NOTHING;
    }

    @Override
    public BigDecimal spent() {
      return BigDecimal.ZERO;
    }

    @Override
    public void close() {}

    @Override
    public void kept(DataRecord record) {}

    @Override
    public void dropped(Recipe.Step at, DataRecord record, String reason) {}

    @Override
    public void failed(Optional<Recipe.Step> at, DataRecord record) {}

    @Override
    public StepTally tally(Recipe.Step at) {
      return new StepTally(at.name());
    }
  }
}
