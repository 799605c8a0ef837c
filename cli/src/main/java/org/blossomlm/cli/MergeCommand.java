package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.train.run.AdapterMerge;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Folds adapters into their base. */
@Command(name = "merge", mixinStandardHelpOptions = true, sortOptions = false)
final class MergeCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "ADAPTER")
  private String adapter = "";

  @Option(names = "--base", paramLabel = "MODEL")
  private Optional<String> base = Optional.empty();

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "DIR")
  private String out = "";

  @Option(names = "--type", paramLabel = "TYPE")
  private Optional<String> type = Optional.empty();

  MergeCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    Optional<SafetensorsType> format = type.map(this::format);
    Path folder = UserPath.of(out);
    try (StatusLine status = application.statusLine();
        var _ = status.tick(application.text("merge.working"))) {
      AdapterMerge.merge(UserPath.of(adapter), base.map(UserPath::of), format, folder);
    }
    application.streams().out().println(application.text("merge.done", folder, folder));
    return ExitCode.OK.status();
  }

  private SafetensorsType format(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32" -> SafetensorsType.F32;
      case "f16" -> SafetensorsType.F16;
      case "bf16" -> SafetensorsType.BF16;
      default ->
          throw CommandException.usage(
              application.text("parameter.invalid", "--type", name, "f32, f16, bf16"));
    };
  }
}
