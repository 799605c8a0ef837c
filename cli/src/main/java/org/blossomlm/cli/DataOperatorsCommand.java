package org.blossomlm.cli;

import java.util.concurrent.Callable;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.OperatorReference;
import picocli.CommandLine.Command;

/** Prints what operators there are, as Markdown. */
@Command(name = "operators", mixinStandardHelpOptions = true, sortOptions = false)
final class DataOperatorsCommand implements Callable<Integer> {
  private final Application application;

  DataOperatorsCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    application.streams().out().print(OperatorReference.markdown(BuiltInOperators.catalog()));
    return ExitCode.OK.status();
  }
}
