package org.blossomlm.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.report.TrainReport;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.train.config.ConfigOptions;
import org.blossomlm.train.config.ConfigReference;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfigReader;
import org.blossomlm.train.run.RunResult;
import org.blossomlm.train.run.RunStoppedException;
import org.blossomlm.train.run.TrainingRun;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Trains a model. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  /** How long Ctrl-C waits for the step that is under way and its checkpoint. */
  private static final int STOP_SECONDS = 120;

  private static final String KEYS = "trainKeys";

  private final Application application;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG")
  private Optional<String> config = Optional.empty();

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--resume")
  private boolean resume;

  @Option(names = "--restart")
  private boolean restart;

  @Unmatched private List<String> keys = new ArrayList<>();

  private TrainCommand(Application application) {
    this.application = application;
  }

  static CommandLine commandLine(Application application) {
    CommandLine line = new CommandLine(new TrainCommand(application));
    line.addSubcommand("inspect", new TrainInspectCommand(application));
    boolean chinese = application.messages().bundle().getLocale().equals(Locale.CHINESE);
    line.getHelpSectionMap().put(KEYS, _ -> "\n" + ConfigReference.help(chinese));
    List<String> sections = new ArrayList<>(line.getHelpSectionKeys());
    sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), KEYS);
    line.setHelpSectionKeys(sections);
    return line;
  }

  @Override
  public Integer call() {
    if (config.isEmpty()) {
      CommandLine commandLine = spec.commandLine();
      commandLine.usage(commandLine.getErr());
      return ExitCode.USAGE.status();
    }
    if (resume && restart) {
      throw CommandException.usage(application.text("train.resume-or-restart"));
    }
    Map<String, String> options = ConfigOptions.of(keys);
    TrainConfig run = TrainConfigReader.read(UserPath.of(config.get()), options);
    var report = new TrainReport(application.messages());
    try (StatusLine status = application.statusLine()) {
      status.begin();
      var progress = new TrainProgress(application, status, report);
      var training = new TrainingRun(run, progress);
      if (dryRun) {
        String plan = report.plan(training.plan());
        status.clear();
        print(plan);
        return ExitCode.OK.status();
      }
      try (var _ = StopOnInterrupt.begin(training::stop, STOP_SECONDS)) {
        return train(training, progress, report, status);
      }
    }
  }

  private int train(
      TrainingRun training, TrainProgress progress, TrainReport report, StatusLine status) {
    try {
      RunResult result =
          training.train(
              resume
                  ? TrainingRun.Begin.RESUME
                  : restart ? TrainingRun.Begin.RESTART : TrainingRun.Begin.FRESH);
      status.clear();
      if (result.result().isEmpty()) {
        application
            .streams()
            .err()
            .println(application.text("train.stopped", progress.steps(), command()));
        return ExitCode.INTERRUPTED.status();
      }
      print(report.result(result));
      return ExitCode.OK.status();
    } catch (RunStoppedException e) {
      status.clear();
      application.streams().err().println(application.text("train.stopped-early"));
      return ExitCode.INTERRUPTED.status();
    }
  }

  /** What was typed, but for what says how to begin. */
  private String command() {
    List<String> words = new ArrayList<>(List.of("blossom", "train", config.orElse("")));
    words.addAll(keys);
    return String.join(
        " ",
        words.stream()
            .map(word -> word.matches("[\\p{L}\\p{N}_./=:,+-]+") ? word : "'" + word + "'")
            .toList());
  }

  private void print(String text) {
    application.streams().out().print(text);
  }
}
