package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.blossomlm.cli.report.ModelReport;
import org.blossomlm.model.gguf.GgufFile;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in a model file. */
@Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false)
final class ShowCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @ArgGroup(exclusive = true)
  private Only only = new Only();

  /** One thing alone, as it is in the file. */
  static final class Only {
    @Option(names = "--template")
    private boolean template;

    @Option(names = "--license")
    private boolean license;
  }

  @Option(names = {"-v", "--verbose"})
  private boolean verbose;

  ShowCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    Path path = ModelPath.resolve(model, application.messages());
    try (GgufFile file = GgufFile.open(path)) {
      if (only.template) {
        printOnly(file, "tokenizer.chat_template", "repl.no-template");
      } else if (only.license) {
        printOnly(file, "general.license", "repl.no-license");
      } else {
        ModelReport report = ModelReport.of(file, application.messages());
        application.streams().out().print(verbose ? report.everything() : report.summary());
      }
    }
    return ExitCode.OK.status();
  }

  private void printOnly(GgufFile file, String key, String otherwise) {
    String text =
        file.metadata()
            .string(key)
            .orElseThrow(() -> new CommandException(ExitCode.FAILED, application.text(otherwise)));
    application.streams().out().print(text.endsWith("\n") ? text : text + "\n");
  }
}
