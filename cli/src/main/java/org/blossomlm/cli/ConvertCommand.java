package org.blossomlm.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.blossomlm.cli.terminal.ProgressBar;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.model.convert.Conversion;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.ConversionProgress;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.convert.HuggingFaceExporter;
import org.blossomlm.model.convert.WeightType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A Hugging Face folder to a GGUF file, or a GGUF file to such a folder. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false)
final class ConvertCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "SOURCE")
  private String source = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--type", paramLabel = "TYPE")
  private String type = "auto";

  @Option(names = "--max-shard-size", paramLabel = "SIZE")
  private Optional<String> shardSize = Optional.empty();

  @Option(names = "--threads", paramLabel = "N")
  private int threads;

  ConvertCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    ConversionOptions options = options();
    Path path = Path.of(source);
    Conversion done;
    Streams streams = application.streams();
    try (StatusLine status = application.statusLine()) {
      var bar = new ProgressBar();
      status.begin();
      ConversionProgress progress =
          (tensor, written, total) -> status.show(bar.text(written, total, tensor));
      done =
          Files.isDirectory(path) ? toGguf(path, options, progress) : fromGguf(options, progress);
    }
    done.notes().forEach(note -> streams.err().println(application.text("convert.note", note)));
    streams
        .out()
        .println(
            application.text(
                "convert.written",
                done.output(),
                done.type(),
                done.tensors(),
                millions(done.parameters()),
                megabytes(done.bytes())));
    return ExitCode.OK.status();
  }

  private Conversion toGguf(Path folder, ConversionOptions options, ConversionProgress progress) {
    if (shardSize.isPresent()) {
      throw CommandException.usage(application.text("convert.shards-of-gguf"));
    }
    return new HuggingFaceConverter(options).convert(folder, output, progress);
  }

  private Conversion fromGguf(ConversionOptions options, ConversionProgress progress) {
    Path file = ModelPath.resolve(source, application.messages());
    if (options.type() == WeightType.Q8_0) {
      throw CommandException.usage(application.text("convert.no-q8_0"));
    }
    Path folder =
        output.orElseThrow(() -> CommandException.usage(application.text("convert.needs-folder")));
    return new HuggingFaceExporter(options).export(file, folder, progress);
  }

  private ConversionOptions options() {
    WeightType asked =
        WeightType.named(type)
            .orElseThrow(() ->
                CommandException.usage(
                    application.text(
                        "parameter.invalid",
                        "--type",
                        type,
                        Arrays.stream(WeightType.values())
                            .map(known -> known.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", ")))));
    if (threads < 0) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--threads", threads, "1, 2, …"));
    }
    ConversionOptions options = ConversionOptions.DEFAULT.withType(asked);
    options = threads > 0 ? options.withThreads(threads) : options;
    return shardSize.isPresent() ? options.withMaxShardBytes(bytes(shardSize.get())) : options;
  }

  /** A number with a decimal unit, as in {@code 5GB}. */
  private long bytes(String size) {
    String upper = size.toUpperCase(Locale.ROOT);
    if (!upper.matches("[1-9]\\d{0,8}(B|KB|MB|GB|TB)")) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--max-shard-size", size, "5GB, 500MB, …"));
    }
    long number = Long.parseLong(upper.replaceAll("\\D", ""));
    return switch (upper.replaceAll("\\d", "")) {
      case "KB" -> number * 1_000;
      case "MB" -> number * 1_000_000;
      case "GB" -> number * 1_000_000_000;
      case "TB" -> number * 1_000_000_000_000L;
      default -> number;
    };
  }

  private static String millions(long parameters) {
    return String.format(Locale.ROOT, "%.1f M", parameters / 1e6);
  }

  private static String megabytes(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }
}
