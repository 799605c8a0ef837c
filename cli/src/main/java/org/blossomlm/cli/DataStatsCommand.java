package org.blossomlm.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.Json;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.Lengths;
import org.blossomlm.data.file.ReadCount;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.data.format.RecordFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what is in files of records. */
@Command(name = "stats", mixinStandardHelpOptions = true, sortOptions = false)
final class DataStatsCommand implements Callable<Integer> {
  private static final int SHOWN_BAD_LINES = 5;
  private static final int SHOWN_REASONS = 10;
  private static final int RECORDS_PER_STATUS = 1000;

  private final Application application;

  @Mixin private final DataReading reading = new DataReading();

  @Option(names = "--format", paramLabel = "FORMAT")
  private String format = "table";

  private int badLines;

  DataStatsCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    if (!List.of("table", "json").contains(format)) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--format", format, "table, json"));
    }
    RecordStatistics statistics = new RecordStatistics();
    try (StatusLine status = application.statusLine();
        RecordReader reader =
            reading.open(
                application,
                line -> {
                  if (++badLines <= SHOWN_BAD_LINES) {
                    application
                        .streams()
                        .err()
                        .println(application.text("data.left-out", line.message()));
                  }
                })) {
      status.begin();
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        statistics.add(next.get());
        if (statistics.records() % RECORDS_PER_STATUS == 0) {
          status.show(application.text("data.records", statistics.records()));
        }
      }
      status.close();
      application
          .streams()
          .out()
          .print(
              format.equals("json")
                  ? Json.writePretty(json(statistics, reader)) + "\n"
                  : table(statistics, reader));
    }
    return ExitCode.OK.status();
  }

  private static Map<String, Long> formats(RecordReader reader) {
    Map<String, Long> formats = new LinkedHashMap<>();
    reader.formats().values().stream()
        .map(RecordFormat::wireName)
        .forEach(name -> formats.merge(name, 1L, Long::sum));
    return formats;
  }

  private static Map<String, Object> json(RecordStatistics statistics, RecordReader reader) {
    ReadCount count = reader.count();
    Map<String, Object> lengths = new LinkedHashMap<>();
    statistics
        .lengths()
        .forEach((name, each) -> {
          Map<String, Object> length = new LinkedHashMap<>();
          length.put("count", each.count());
          length.put("mean", each.mean());
          length.put("p50", each.quantile(0.5));
          length.put("p90", each.quantile(0.9));
          length.put("p99", each.quantile(0.99));
          length.put("max", each.max());
          lengths.put(name, length);
        });
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("files", count.files());
    json.put("records", count.records());
    json.put("blank_lines", count.blankLines());
    json.put("bad_lines", count.badLines());
    json.put("formats", formats(reader));
    json.put("kinds", statistics.kinds());
    json.put("languages", statistics.languages());
    json.put("turns", statistics.turns());
    json.put("roles", statistics.roles());
    json.put("characters", lengths);
    json.put("failures", statistics.failures());
    return json;
  }

  private String table(RecordStatistics statistics, RecordReader reader) {
    ReadCount count = reader.count();
    StringBuilder text = new StringBuilder();
    List<List<String>> counts = new ArrayList<>();
    counts.add(List.of(application.text("data.stats.files"), "" + count.files()));
    counts.add(List.of(application.text("data.stats.records"), "" + count.records()));
    counts.add(List.of(application.text("data.stats.blank"), "" + count.blankLines()));
    counts.add(List.of(application.text("data.stats.bad"), "" + count.badLines()));
    long failed = statistics.failures().values().stream().mapToLong(Long::longValue).sum();
    counts.add(List.of(application.text("data.stats.failed"), "" + failed));
    text.append(TextTable.format(counts));
    shares(text, "data.stats.formats", formats(reader));
    shares(text, "data.stats.kinds", statistics.kinds());
    shares(text, "data.stats.languages", statistics.languages());
    Map<String, Long> turns = new LinkedHashMap<>();
    statistics.turns().forEach((turn, chats) -> turns.put("" + turn, chats));
    shares(text, "data.stats.turns", turns);
    shares(text, "data.stats.roles", statistics.roles());
    lengths(text, statistics);
    Map<String, Long> failures = new LinkedHashMap<>();
    statistics.failures().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(SHOWN_REASONS)
        .forEach(entry -> failures.put(entry.getKey(), entry.getValue()));
    shares(text, "data.stats.failures", failures);
    return text.toString();
  }

  private void shares(StringBuilder text, String title, Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return;
    }
    long sum = counts.values().stream().mapToLong(Long::longValue).sum();
    List<List<String>> rows = new ArrayList<>();
    counts.forEach((name, number) ->
        rows.add(
            List.of(
                name,
                number.toString(),
                String.format(Locale.ROOT, "%.1f %%", 100.0 * number / sum))));
    text.append('\n').append(application.text(title)).append('\n').append(TextTable.format(rows));
  }

  private void lengths(StringBuilder text, RecordStatistics statistics) {
    if (statistics.lengths().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "",
            application.text("data.stats.mean"),
            "50 %",
            "90 %",
            "99 %",
            application.text("data.stats.max")));
    statistics.lengths().forEach((name, each) -> rows.add(row(name, each)));
    text.append('\n')
        .append(application.text("data.stats.lengths"))
        .append('\n')
        .append(TextTable.format(rows));
  }

  private static List<String> row(String name, Lengths lengths) {
    return List.of(
        name,
        String.format(Locale.ROOT, "%.1f", lengths.mean()),
        "" + lengths.quantile(0.5),
        "" + lengths.quantile(0.9),
        "" + lengths.quantile(0.99),
        "" + lengths.max());
  }
}
