package org.blossomlm.cli;

import java.util.concurrent.Callable;
import org.blossomlm.cli.report.PreviewReport;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.Preview;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what a recipe does to a few records. */
@Command(name = "preview", mixinStandardHelpOptions = true, sortOptions = false)
final class DataPreviewCommand implements Callable<Integer> {
  private static final int MAX_RECORDS = 1000;

  private final Application application;

  @Mixin private RecipeOptions options = new RecipeOptions();

  @Option(
      names = {"-n", "--records"},
      paramLabel = "N")
  private int records = 3;

  DataPreviewCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (records < 1 || records > MAX_RECORDS) {
      throw CommandException.usage(application.text("data.bad-records", records, MAX_RECORDS));
    }
    Recipe recipe = options.recipe();
    var report =
        new PreviewReport(
            application.messages(),
            application.columns(),
            application.streams().outIsTerminal() && application.colours());
    application
        .streams()
        .out()
        .print(
            report.text(Preview.of(recipe, records, options.folder(recipe), options.teachers())));
    return ExitCode.OK.status();
  }
}
