package org.blossomlm.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Fine-tuning. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  static CommandLine commandLine(Application application) {
    return new CommandLine(new TrainCommand())
        .addSubcommand("inspect", new TrainInspectCommand(application));
  }

  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.status();
  }
}
