package org.blossomlm.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Holds the commands that make data sets. */
@Command(name = "data", mixinStandardHelpOptions = true, sortOptions = false)
final class DataCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Application application) {
    CommandLine data =
        new CommandLine(new DataCommand())
            .addSubcommand("run", new DataRunCommand(application))
            .addSubcommand("preview", new DataPreviewCommand(application))
            .addSubcommand("schema", new DataSchemaCommand(application))
            .addSubcommand("operators", new DataOperatorsCommand(application));
    for (CommandLine command : data.getSubcommands().values()) {
      command.getCommandSpec().versionProvider(new BlossomCommand.Version());
    }
    return data;
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.status();
  }
}
