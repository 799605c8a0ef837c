package org.blossomlm.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code blossom} command. */
public final class Main {
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
            .addSubcommand("perplexity", new PerplexityCommand(application));
    IParameterExceptionHandler wrongUsage = (e, args) -> wrongUsage(e, application, report);
    IExecutionExceptionHandler failure = (e, command, result) -> report.print(e).status();
    return root.setResourceBundle(application.messages().bundle())
        // A prompt may begin with an at sign.
        .setExpandAtFiles(false)
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

  /** One line that says what is wrong, what may have been meant, and where to look it up. */
  private static int wrongUsage(
      ParameterException e, Application application, FailureReport report) {
    CommandLine command = e.getCommandLine();
    StringWriter suggestions = new StringWriter();
    UnmatchedArgumentException.printSuggestions(e, new PrintWriter(suggestions));
    String message =
        switch (e) {
          case CommandLine.MissingParameterException missing ->
              application.text("error.missing", missing.getMissing().getFirst().paramLabel());
          case UnmatchedArgumentException unmatched ->
              application.text("error.unknown-argument", unmatched.getUnmatched().getFirst());
          default -> String.valueOf(e.getMessage());
        };
    String meant = suggestions.toString().isBlank() ? "" : " " + oneLine(suggestions.toString());
    report.line(message + meant);
    application
        .streams()
        .err()
        .println(
            application.text(
                "error.see-help", command.getCommandSpec().qualifiedName() + " --help"));
    return ExitCode.USAGE.status();
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
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
