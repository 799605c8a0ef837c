package org.blossomlm.data.run;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.TeacherPause;

/** What the stages of a run share, and how they tell where they are. */
final class RunEnvironment {
  private static final Duration TOLD_AFTER = Duration.ofSeconds(1);
  private static final long PROGRESS_NANOS = Duration.ofMillis(100).toNanos();

  private final Recipe recipe;
  private final RunFolder folder;
  private final SourceFiles sources;
  private final TeacherPool teachers;
  private final RunJournal journal;
  private final RunOptions options;
  private final List<Stage> stages;
  private final RunListener listener;
  private final Optional<RunEngine.Session> engine;
  private long lastProgress;
  private boolean paused;
  private long stageStart = System.nanoTime();
  private double firstFraction = -1;
  private long inAtStart;

  RunEnvironment(
      Recipe recipe,
      RunFolder folder,
      SourceFiles sources,
      TeacherPool teachers,
      RunJournal journal,
      RunOptions options,
      List<Stage> stages,
      RunListener listener,
      Optional<RunEngine.Session> engine) {
    this.recipe = recipe;
    this.folder = folder;
    this.sources = sources;
    this.teachers = teachers;
    this.journal = journal;
    this.options = options;
    this.stages = stages;
    this.listener = listener;
    this.engine = engine;
  }

  /** How much of a stage is done, if that is known. */
  @FunctionalInterface
  interface Fraction {
    OptionalDouble get() throws IOException;
  }

  Recipe recipe() {
    return recipe;
  }

  RunFolder folder() {
    return folder;
  }

  SourceFiles sources() {
    return sources;
  }

  TeacherPool teachers() {
    return teachers;
  }

  RunJournal journal() {
    return journal;
  }

  /** Other machines, if they work for this run. */
  Optional<RunEngine.Session> engine() {
    return engine;
  }

  int workers() {
    return options.workers();
  }

  Duration checkpointEvery() {
    return options.checkpointEvery();
  }

  boolean isStopping() {
    return options.control().isStopping();
  }

  void begin(Stage stage) {
    stageStart = System.nanoTime();
    firstFraction = -1;
    List<StepStatus> steps = steps(stage);
    inAtStart = steps.isEmpty() ? 0 : steps.getFirst().in();
    folder.log("stage %d of %d: %s".formatted(number(), stages.size(), stage.title()));
  }

  void progress(Stage stage, Fraction fraction) throws IOException {
    long now = System.nanoTime();
    if (now - lastProgress >= PROGRESS_NANOS) {
      lastProgress = now;
      logPause();
      listener.progress(status(stage, fraction.get()));
    }
  }

  /** A failure that is over within a second is nothing to tell of. */
  private Optional<TeacherPause> pause() {
    return teachers.pause().filter(pause -> pause.since().compareTo(TOLD_AFTER) >= 0);
  }

  private void logPause() {
    Optional<TeacherPause> pause = pause();
    if (pause.isPresent() == paused) {
      return;
    }
    paused = pause.isPresent();
    folder.log(
        pause
            .map(down ->
                "paused: teacher %s answers nobody, waiting for at most %d s; the last failure: %s"
                    .formatted(down.teacher(), down.patience().toSeconds(), down.said()))
            .orElse("all teachers answer again"));
  }

  void end(Stage stage) {
    // A pause may be over since the last look.
    logPause();
    for (StepStatus step : steps(stage)) {
      folder.log(
          "  %s: %d in, %d out, %d failed, dropped %s"
              .formatted(step.name(), step.in(), step.out(), step.failed(), step.dropped()));
    }
    listener.finished(status(stage, OptionalDouble.of(1)));
  }

  private List<StepStatus> steps(Stage stage) {
    return switch (stage) {
      case Stage.Records records ->
          records.steps().stream().map(step -> journal.tally(step).status()).toList();
      case Stage.Together together -> List.of(journal.tally(together.step()).status());
      case Stage.Output output -> List.of();
    };
  }

  private int number() {
    return journal.stage() + 1;
  }

  private RunStatus status(Stage stage, OptionalDouble fraction) {
    List<StepStatus> steps = steps(stage);
    double seconds = (System.nanoTime() - stageStart) / 1e9;
    double rate = steps.isEmpty() ? 0 : (steps.getFirst().in() - inAtStart) / seconds;
    Optional<Duration> left = Optional.empty();
    if (fraction.isPresent()) {
      double part = fraction.getAsDouble();
      if (firstFraction < 0) {
        firstFraction = part; // A resumed stage does not begin at 0.
      }
      double done = part - firstFraction;
      if (done > 0.01) {
        left = Optional.of(Duration.ofMillis((long) (1000 * seconds * (1 - part) / done)));
      }
    }
    return new RunStatus(
        number(),
        stages.size(),
        stage.title(),
        fraction,
        rate,
        left,
        steps,
        journal.spent(),
        pause());
  }
}
