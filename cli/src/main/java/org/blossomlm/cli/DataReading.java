package org.blossomlm.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.data.file.BadLine;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.format.RecordFormat;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files of records a command reads, and how. */
final class DataReading {
  @Parameters(index = "0..*", arity = "1..*", paramLabel = "FILE")
  private List<String> files = new ArrayList<>();

  @Option(names = "--from", paramLabel = "FORMAT")
  private Optional<String> from = Optional.empty();

  @Option(names = "--at", paramLabel = "PLACE")
  private Optional<String> at = Optional.empty();

  @Option(names = "--header", paramLabel = "NAME", split = ",")
  private List<String> header = new ArrayList<>();

  @Option(names = "--max-line-bytes", paramLabel = "N")
  private int maxLineBytes = ReadOptions.DEFAULT_MAX_LINE_BYTES;

  @Option(names = "--strict")
  private boolean strict;

  RecordReader open(Application application, Consumer<BadLine> onBadLine) {
    if (maxLineBytes < 1) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--max-line-bytes", maxLineBytes, "1, 2, …"));
    }
    ReadOptions options =
        ReadOptions.DEFAULT
            .withHeader(header)
            .withMaxLineBytes(maxLineBytes)
            .withStrict(strict)
            .withBadLinesTo(onBadLine);
    if (from.isPresent()) {
      options = options.withFormat(format(application, "--from", from.get()));
    }
    if (at.isPresent()) {
      options = options.withAt(at.get());
    }
    return RecordFiles.read(
        files.stream().map(name -> UserPath.of(name).toString()).toList(), options);
  }

  boolean strict() {
    return strict;
  }

  static RecordFormat format(Application application, String option, String name) {
    return RecordFormat.named(name)
        .orElseThrow(() ->
            CommandException.usage(
                application.text(
                    "parameter.invalid", option, name, String.join(", ", RecordFormat.names()))));
  }
}
