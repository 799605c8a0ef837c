package org.blossomlm.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.blossomlm.cli.files.FileFailure;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.cli.terminal.Output.BrokenPipeException;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.RecipeException;
import org.blossomlm.data.run.RunStop;
import org.blossomlm.engine.ContextLengthException;
import org.blossomlm.engine.OutOfMemoryException;
import org.blossomlm.model.ModelException;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.ConfigException;

/** Turns what went wrong into one line for the user and a code for the shell. */
final class FailureReport {
  private final Application application;
  private final boolean debug;

  /**
   * @param debug prints the stack trace as well
   */
  FailureReport(Application application, boolean debug) {
    this.application = application;
    this.debug = debug;
  }

  ExitCode print(Throwable failure) {
    if (failure instanceof BrokenPipeException) {
      return ExitCode.OK; // The reader has seen enough, as in "| head -1".
    }
    Throwable cause =
        failure instanceof UncheckedIOException unchecked && unchecked.getCause() != null
            ? unchecked.getCause()
            : failure;
    line(describe(cause));
    if (debug) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      application.streams().err().print(trace.toString());
    }
    return exitCode(cause);
  }

  /** Prints one line, whatever is in {@code message}. */
  void line(String message) {
    String oneLine = message.strip().replaceAll("\\s*\\R\\s*", " ");
    application.streams().err().println(application.text("error", oneLine));
  }

  private static ExitCode exitCode(Throwable failure) {
    return switch (failure) {
      case CommandException e -> e.exitCode();
      case ModelException e -> ExitCode.BAD_MODEL;
      case RecipeException e -> ExitCode.USAGE;
      case ConfigException e -> ExitCode.USAGE;
      case RunStop e ->
          switch (e.reason()) {
            case OUT_OF_MEMORY -> ExitCode.OUT_OF_MEMORY;
            case TEACHER, DISK_FULL -> ExitCode.UNFINISHED;
            case INTERRUPTED -> ExitCode.INTERRUPTED;
            case FAILURE -> ExitCode.FAILED;
          };
      case OutOfMemoryException e -> ExitCode.OUT_OF_MEMORY;
      case OutOfMemoryError e -> ExitCode.OUT_OF_MEMORY;
      case NoSuchFileException e -> ExitCode.USAGE;
      case NotDirectoryException e -> ExitCode.USAGE;
      case TextFile.NotUtf8Exception e -> ExitCode.USAGE;
      default -> ExitCode.FAILED;
    };
  }

  private String describe(Throwable failure) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    return switch (failure) {
      case CommandException e -> message;
      case ModelException e -> message;
      case DataException e -> message;
      case TrainException e -> message;
      case OutOfMemoryException e -> message;
      case ContextLengthException e ->
          application.text("error.prompt-too-long", e.promptTokens(), e.contextLength());
      case OutOfMemoryError e -> application.text("error.heap", message);
      case IOException e -> FileFailure.describe(e, application.messages());
      case IllegalArgumentException e when !message.isEmpty() -> message;
      default -> application.text("error.internal", failure);
    };
  }
}
