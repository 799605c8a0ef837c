package org.blossomlm.cli;

import java.util.concurrent.Callable;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.RecipeSchema;
import picocli.CommandLine.Command;

/** Prints the JSON schema of recipes, for editors. */
@Command(name = "schema", mixinStandardHelpOptions = true, sortOptions = false)
final class DataSchemaCommand implements Callable<Integer> {
  private final Application application;

  DataSchemaCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    application.streams().out().print(RecipeSchema.of(BuiltInOperators.catalog()));
    return ExitCode.OK.status();
  }
}
