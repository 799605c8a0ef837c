package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.report.DataRunReport;
import org.blossomlm.cli.terminal.ProgressBar;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.data.card.DatasetCard;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.report.RunReport;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.DryRun;
import org.blossomlm.data.run.RecipeTeachers;
import org.blossomlm.data.run.RunCommand;
import org.blossomlm.data.run.RunControl;
import org.blossomlm.data.run.RunEngine;
import org.blossomlm.data.run.RunFiles;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.RunStatus;
import org.blossomlm.data.run.RunStop;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a recipe. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false)
final class DataRunCommand implements Callable<Integer> {
  /** How long Ctrl-C waits for the last checkpoint. */
  private static final int STOP_SECONDS = 20;

  private static final int PROGRESS_PARTS = 10_000;

  /** The threads of this process. */
  private static final String LOCAL = "local";

  private static final String DEFAULT_MASTER = "local[*]";

  private final Application application;

  @Mixin private RecipeOptions options = new RecipeOptions();

  @Option(names = "--resume")
  private boolean resume;

  @Option(names = "--restart")
  private boolean restart;

  @Option(names = "--limit", paramLabel = "N")
  private Optional<Long> limit = Optional.empty();

  @Option(names = "--workers", paramLabel = "N")
  private Optional<Integer> workers = Optional.empty();

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--engine", paramLabel = "NAME")
  private String engine = LOCAL;

  @Option(names = "--master", paramLabel = "URL")
  private Optional<String> master = Optional.empty();

  DataRunCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (resume && restart) {
      throw CommandException.usage(application.text("data.resume-or-restart"));
    }
    if (limit.isPresent() && limit.get() < 1) {
      throw CommandException.usage(application.text("data.bad-limit", limit.get()));
    }
    Optional<RunEngine.Opener> machines = machines();
    Recipe whole = options.recipe();
    Recipe recipe = limit.isPresent() ? whole.limited(limit.get()) : whole;
    Path folder = options.folder(recipe);
    var report = new DataRunReport(application.messages());
    for (String teacher : RecipeTeachers.unpriced(recipe, options.prices())) {
      application.streams().err().println(application.text("data.unpriced", teacher));
    }
    if (dryRun) {
      print(report.plan(recipe, DryRun.of(recipe, folder, options.teachers())));
      return ExitCode.OK.status();
    }
    RunCommand command = options.command(recipe, limit);
    command.card().map(Path::of).ifPresent(DatasetCard::checkText);
    var control = new RunControl();
    RunOptions run = RunOptions.in(folder);
    run =
        (machines.isPresent() ? run.with(machines.get()) : run)
            .with(
                resume
                    ? RunOptions.Begin.RESUME
                    : restart ? RunOptions.Begin.RESTART : RunOptions.Begin.FRESH)
            .with(control)
            .with(options.teachers());
    // Open until what is to be said has been said: then the program may end.
    try (var _ = StopOnInterrupt.begin(control::stop, STOP_SECONDS)) {
      return run(
          recipe, workers.isPresent() ? run.withWorkers(workers.get()) : run, command, report);
    }
  }

  private int run(Recipe recipe, RunOptions run, RunCommand command, DataRunReport report)
      throws InterruptedException {
    Path folder = run.folder();
    try (StatusLine status = application.statusLine()) {
      status.begin();
      RunResult result = DataRun.run(recipe, run, new Progress(status));
      status.clear();
      print(report.result(result));
      if (result.unserved() > 0) {
        print(application.text("data.unserved", result.unserved()) + "\n");
      }
      print(application.text("data.report", RunReport.write(recipe, result)) + "\n");
      RunFiles.remember(folder, command);
      Path card = DatasetCard.write(folder.toString(), Optional.empty());
      print(application.text("data.card", card) + "\n");
      return ExitCode.OK.status();
    } catch (RunStop e) {
      if (e.reason() == RunStop.Cause.TEACHER && e.getCause() != null) {
        throw new CommandException(
            ExitCode.UNFINISHED,
            application.text(
                "data.stopped-teacher", String.valueOf(e.getCause().getMessage()), folder));
      }
      if (e.reason() != RunStop.Cause.INTERRUPTED) {
        throw e;
      }
      application.streams().err().println(application.text("data.stopped", folder));
      return ExitCode.INTERRUPTED.status();
    }
  }

  /** Those of the engine that was asked for; none where this process does it all. */
  private Optional<RunEngine.Opener> machines() {
    if (engine.equals(LOCAL)) {
      if (master.isPresent()) {
        throw CommandException.usage(application.text("data.master-without-engine"));
      }
      return Optional.empty();
    }
    RunEngine found =
        RunEngine.named(engine)
            .orElseThrow(() -> CommandException.usage(application.text("data.no-engine", engine)));
    return Optional.of(found.on(master.orElse(DEFAULT_MASTER)));
  }

  private void print(String text) {
    application.streams().out().print(text);
  }

  /** Shows each step of the stage that is under way. */
  private final class Progress implements RunListener {
    private final StatusLine status;
    private ProgressBar bar = new ProgressBar();

    Progress(StatusLine status) {
      this.status = status;
    }

    @Override
    public void progress(RunStatus run) {
      String what = DataRunReport.progress(run, application.messages());
      status.show(
          run.fraction().isPresent()
              ? bar.text(
                  (long) (run.fraction().getAsDouble() * PROGRESS_PARTS), PROGRESS_PARTS, what)
              : what);
    }

    @Override
    public void finished(RunStatus run) {
      bar = new ProgressBar();
    }
  }
}
