package org.blossomlm.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.OutputFile;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.file.BadLine;
import org.blossomlm.data.file.ReadCount;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.file.RecordWriter;
import org.blossomlm.data.file.WriteOptions;
import org.blossomlm.data.file.WrittenFile;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.data.format.RowColumns;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Files of records to another type of file, another format, or several files. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false)
final class DataConvertCommand implements Callable<Integer> {
  private static final int SHOWN_BAD_LINES = 5;
  private static final int RECORDS_PER_STATUS = 1000;

  private final Application application;

  @Mixin private final DataReading reading = new DataReading();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT")
  private Path output = Path.of("");

  @Option(names = "--to", paramLabel = "FORMAT")
  private Optional<String> to = Optional.empty();

  @Option(names = "--columns", paramLabel = "COLUMN=ROLE,…")
  private Optional<String> columns = Optional.empty();

  @Option(names = "--shard", paramLabel = "N|SIZE")
  private Optional<String> shard = Optional.empty();

  @Option(names = "--dataset-info")
  private boolean datasetInfo;

  @Option(names = "--quarantine", paramLabel = "FILE")
  private Optional<Path> quarantine = Optional.empty();

  private long leftOut;

  DataConvertCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    if (quarantine.isPresent()) {
      OutputFile.write(quarantine.get(), this::convert);
    } else {
      convert(OutputStream.nullOutputStream());
    }
    return ExitCode.OK.status();
  }

  private void convert(OutputStream bad) {
    Optional<RowColumns> chats = columns.map(RowColumns::parse);
    try (StatusLine status = application.statusLine();
        RecordReader reader = reading.open(application, line -> report(line, bad))) {
      status.begin();
      Optional<DataRecord> first = reader.next();
      try (RecordWriter writer = RecordFiles.write(output, options(reader, chats.isPresent()))) {
        for (Optional<DataRecord> next = first; next.isPresent(); next = reader.next()) {
          write(next.get(), chats, writer, bad);
          if (writer.records() % RECORDS_PER_STATUS == 0) {
            status.show(application.text("data.records", writer.records()));
          }
        }
        status.close();
        summarise(reader.count(), writer.commit());
      }
    }
  }

  private WriteOptions options(RecordReader reader, boolean chats) {
    RecordFormat found =
        reader.formats().values().stream().findFirst().orElse(RecordFormat.BLOSSOM);
    RecordFormat otherwise = chats && found == RecordFormat.ROWS ? RecordFormat.OPENAI : found;
    WriteOptions options =
        WriteOptions.of(
            to.map(name -> DataReading.format(application, "--to", name)).orElse(otherwise));
    options = datasetInfo ? options.withDatasetInfo() : options;
    return shard.isPresent() ? sharded(options, shard.get()) : options;
  }

  private WriteOptions sharded(WriteOptions options, String size) {
    String upper = size.toUpperCase(Locale.ROOT);
    if (!upper.matches("[1-9]\\d{0,9}(KB|MB|GB)?")) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--shard", size, "10000, 500MB, …"));
    }
    long number = Long.parseLong(upper.replaceAll("\\D", ""));
    return switch (upper.replaceAll("\\d", "")) {
      case "KB" -> options.withMaxBytes(number * 1_000);
      case "MB" -> options.withMaxBytes(number * 1_000_000);
      case "GB" -> options.withMaxBytes(number * 1_000_000_000);
      default -> options.withMaxRecords(number);
    };
  }

  private void write(
      DataRecord record, Optional<RowColumns> chats, RecordWriter writer, OutputStream bad) {
    try {
      writer.write(chats.isPresent() ? chats.get().apply(record) : record);
    } catch (DataException e) {
      if (reading.strict() || e.getCause() instanceof IOException) {
        throw e;
      }
      Origin origin = record.head().provenance().origin().orElse(new Origin("", 0));
      byte[] raw = RecordJson.write(record).getBytes(StandardCharsets.UTF_8);
      report(new BadLine(origin.file(), origin.row(), String.valueOf(e.getMessage()), raw), bad);
    }
  }

  private void report(BadLine line, OutputStream bad) {
    leftOut++;
    if (leftOut <= SHOWN_BAD_LINES) {
      application.streams().err().println(application.text("data.left-out", line.message()));
    }
    try {
      bad.write((line.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void summarise(ReadCount count, List<WrittenFile> files) {
    if (leftOut > 0) {
      application
          .streams()
          .err()
          .println(
              quarantine.isPresent()
                  ? application.text("data.quarantined", leftOut, quarantine.get())
                  : application.text("data.not-quarantined", leftOut));
    }
    for (WrittenFile file : files) {
      application
          .streams()
          .out()
          .println(application.text("data.written", file.path(), file.records(), megabytes(file)));
    }
    if (count.blankLines() > 0) {
      application.streams().err().println(application.text("data.blank", count.blankLines()));
    }
  }

  private static String megabytes(WrittenFile file) {
    return String.format(Locale.ROOT, "%.1f MB", file.bytes() / 1e6);
  }
}
