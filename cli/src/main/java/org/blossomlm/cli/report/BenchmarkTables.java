package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.blossomlm.bench.BenchmarkReport;
import org.blossomlm.bench.MachineDescription;
import org.blossomlm.bench.ModelDescription;
import org.blossomlm.bench.ReportTable;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.TextTable;

/** What {@code bench} measured, for people. */
public final class BenchmarkTables {
  private final BenchmarkReport report;
  private final Messages messages;

  private BenchmarkTables(BenchmarkReport report, Messages messages) {
    this.report = report;
    this.messages = messages;
  }

  public static String of(BenchmarkReport report, Messages messages) {
    var tables = new BenchmarkTables(report, messages);
    return tables.section("bench.subject", tables.subject())
        + tables.section("bench.speed", tables.speed())
        + tables.section("bench.start", tables.start())
        + tables.section("bench.limits", tables.limits());
  }

  private List<List<String>> subject() {
    ModelDescription model = report.model();
    MachineDescription machine = report.machine();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        row(
            "bench.model",
            "%s · %s · %s".formatted(model.file(), model.quantization(), size(model.bytes()))));
    BenchmarkReport.Setup setup = report.setup();
    rows.add(
        row(
            "bench.kernels",
            messages.text("bench.kernels-value", setup.kernels(), setup.threads())));
    rows.add(row("bench.kv-type", setup.kvType().id()));
    if (!setup.pack()) {
      rows.add(row("bench.weights", messages.text("bench.not-packed")));
    }
    rows.add(
        row(
            "bench.machine",
            messages.text("bench.machine-value", machine.processor(), machine.cores())));
    if (machine.loadAverage() >= 0) {
      rows.add(row("bench.load-average", ReportTable.number(machine.loadAverage())));
    }
    return rows;
  }

  private List<List<String>> speed() {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>();
    for (ReportTable.Column column : ReportTable.Column.values()) {
      headings.add(messages.text("bench.column." + column.name().toLowerCase(Locale.ROOT)));
    }
    rows.add(headings);
    report.results().forEach(result -> rows.add(ReportTable.row(report, result)));
    return rows;
  }

  private List<List<String>> start() {
    BenchmarkReport.Start start = report.start();
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("bench.start-up", seconds(start.startUp())));
    rows.add(row("bench.loading", seconds(start.load())));
    rows.add(
        row(
            "bench.first-token",
            messages.text(
                "bench.first-token-value",
                seconds(start.firstToken()),
                BenchmarkReport.FIRST_PROMPT)));
    rows.add(row("bench.together", seconds(start.total())));
    BenchmarkReport.Memory memory = report.memory();
    if (memory.peak().isPresent()) {
      rows.add(
          row(
              "bench.memory",
              messages.text(
                  "bench.memory-value",
                  size(memory.peak().getAsLong()),
                  size(memory.file()),
                  size(memory.cache()),
                  size(memory.beyond().orElse(0)))));
    }
    return rows;
  }

  private List<List<String>> limits() {
    BenchmarkReport.Limits limits = report.limits();
    return List.of(
        row("bench.bandwidth", billions(limits.bandwidth().bytesPerSecond()) + " GB/s"),
        row("bench.products", billions(limits.products().operationsPerSecond()) + " GOP/s"),
        row("bench.float32", billions(limits.float32().operationsPerSecond()) + " GOP/s"));
  }

  private static String billions(double perSecond) {
    return ReportTable.number(perSecond / 1e9);
  }

  private String section(String key, List<List<String>> rows) {
    return "  " + messages.text(key) + "\n" + TextTable.format(rows) + "\n";
  }

  private List<String> row(String key, String value) {
    return List.of(messages.text(key), value);
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.2f s", value);
  }

  private static String size(long bytes) {
    return bytes >= 1L << 30
        ? String.format(Locale.ROOT, "%.2f GiB", bytes / 0x1p30)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20);
  }
}
