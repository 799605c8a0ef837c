package org.blossomlm.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/** The {@code blossom} command. */
public final class Main {
  private static final List<String> VERSION_OPTIONS = List.of("--version", "-V");

  private Main() {}

  public static void main(String[] arguments) {
    IncubatorWarning.erase();
    int status = run(Application.ofProcess(), arguments);
    System.exit(status);
  }

  /** Runs one command line and says how it went. */
  static int run(Application application, String... arguments) {
    var report = new FailureReport(application, wantsDebug(arguments));
    try {
      if (arguments.length == 1 && VERSION_OPTIONS.contains(arguments[0])) {
        // Describing all commands to the parser takes three times as long as this answer.
        application.streams().out().println(BlossomCommand.version());
        return ExitCode.OK.status();
      }
      return commandLine(application, report).execute(arguments);
    } catch (RuntimeException | Error e) {
      return report.print(e).status();
    }
  }

  private static CommandLine commandLine(Application application, FailureReport report) {
    CommandLine root =
        new CommandLine(new BlossomCommand())
            .addSubcommand("run", RunCommand.commandLine(application))
            .addSubcommand("show", new ShowCommand(application))
            .addSubcommand("bench", new BenchCommand(application))
            .addSubcommand("doctor", new DoctorCommand(application))
            .addSubcommand("tokenize", new TokenizeCommand(application))
            .addSubcommand("render", new RenderCommand(application))
            .addSubcommand("logits", new LogitsCommand(application))
            .addSubcommand("convert", new ConvertCommand(application))
            .addSubcommand("quantize", new QuantizeCommand(application))
            .addSubcommand("imatrix", new ImatrixCommand(application))
            .addSubcommand("perplexity", new PerplexityCommand(application))
            .addSubcommand("data", DataCommand.commandLine(application))
            .addSubcommand("tokenizer", TokenizerCommand.commandLine(application))
            .addSubcommand("train", TrainCommand.commandLine(application))
            .addSubcommand("merge", new MergeCommand(application));
    giveVersion(root);
    IParameterExceptionHandler wrongUsage = (e, args) -> wrongUsage(e, application, report);
    IExecutionExceptionHandler failure = (e, command, result) -> report.print(e).status();
    IExecutionStrategy strategy =
        parsed -> {
          try {
            return new CommandLine.RunLast().execute(parsed);
          } catch (UncheckedIOException e) {
            return report.print(e).status(); // Help that could not be written.
          }
        };
    return root.setResourceBundle(application.messages().bundle())
        // A prompt may begin with an at sign.
        .setExpandAtFiles(false)
        .setExecutionStrategy(strategy)
        .setOut(printWriter(application))
        .setErr(errorWriter(application))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                application.streams().outIsTerminal() && application.colours()
                    ? Ansi.ON
                    : Ansi.OFF))
        .setParameterExceptionHandler(wrongUsage)
        .setExecutionExceptionHandler(failure);
  }

  private static void giveVersion(CommandLine parent) {
    for (CommandLine command : parent.getSubcommands().values()) {
      command.getCommandSpec().versionProvider(new BlossomCommand.Version());
      giveVersion(command);
    }
  }

  /** One line that says what is wrong, what may have been meant, and where to look it up. */
  private static int wrongUsage(
      ParameterException e, Application application, FailureReport report) {
    CommandLine command = e.getCommandLine();
    report.line(UsageMessage.of(e, application.messages()));
    application
        .streams()
        .err()
        .println(
            application.text(
                "error.see-help", command.getCommandSpec().qualifiedName() + " --help"));
    return ExitCode.USAGE.status();
  }

  /** Needed before the command line is parsed, since parsing may be what fails. */
  private static boolean wantsDebug(String[] arguments) {
    for (String argument : arguments) {
      if (argument.equals("--")) {
        return false;
      }
      if (argument.equals("--debug")) {
        return true;
      }
    }
    return false;
  }

  private static PrintWriter printWriter(Application application) {
    return new PrintWriter(new OutputWriter(application.streams().out()), true);
  }

  private static PrintWriter errorWriter(Application application) {
    return new PrintWriter(new OutputWriter(application.streams().err()), true);
  }
}
