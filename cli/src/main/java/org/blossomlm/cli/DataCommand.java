package org.blossomlm.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Data sets for fine-tuning. */
@Command(name = "data", mixinStandardHelpOptions = true, sortOptions = false)
final class DataCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Application application) {
    return new CommandLine(new DataCommand())
        .addSubcommand("run", new DataRunCommand(application))
        .addSubcommand("preview", new DataPreviewCommand(application))
        .addSubcommand("convert", new DataConvertCommand(application))
        .addSubcommand("stats", new DataStatsCommand(application))
        .addSubcommand("view", new DataViewCommand(application))
        .addSubcommand("card", new DataCardCommand(application))
        .addSubcommand("fetch", new DataFetchCommand(application))
        .addSubcommand("operators", new DataOperatorsCommand(application))
        .addSubcommand("schema", new DataSchemaCommand(application));
  }

  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.status();
  }
}
