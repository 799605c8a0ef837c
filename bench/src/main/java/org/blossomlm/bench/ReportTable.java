package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Results as rows of texts. */
public final class ReportTable {
  /** What the columns of {@link #row} hold. */
  public enum Column {
    TEST("test"),
    SPEED("tokens/s"),
    RANGE("min … max"),
    READ("GB/s"),
    READ_SHARE("of memory"),
    ARITHMETIC("GOP/s"),
    PRODUCT_SHARE("of products"),
    FIRST_TOKEN("to first token, ms");

    private final String heading;

    Column(String heading) {
      this.heading = heading;
    }
  }

  private ReportTable() {}

  /** One text per {@link Column}. */
  public static List<String> row(BenchmarkReport report, BenchmarkResult result) {
    Sample speed = result.tokensPerSecond();
    return List.of(
        result.name(),
        number(speed.median()),
        number(speed.min()) + " … " + number(speed.max()),
        number(result.bytesPerSecond() / 1e9),
        percent(report.bandwidthShare(result)),
        number(result.operationsPerSecond() / 1e9),
        percent(report.productShare(result)),
        result.firstToken().map(sample -> number(sample.median() * 1e3)).orElse("–"));
  }

  /** Three digits or more, so that small and large numbers say as much. */
  public static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  static String markdown(BenchmarkReport report) {
    StringBuilder text = new StringBuilder();
    BenchmarkReport.Setup setup = report.setup();
    text.append(
        "**%s** (%s, %s, %s of weights, %s MiB), %s kernels, %d threads, keys and values %s%s, %d repetitions\n\n"
            .formatted(
                report.model().file(),
                report.model().name(),
                report.model().quantization(),
                parameters(report.model().parameters()),
                report.model().bytes() >> 20,
                setup.kernels(),
                setup.threads(),
                setup.kvType().id(),
                setup.pack() ? "" : ", weights as in the file",
                setup.repetitions()));
    List<String> headings = new ArrayList<>();
    for (Column column : Column.values()) {
      headings.add(column.heading);
    }
    line(text, headings);
    line(text, Collections.nCopies(headings.size(), "---"));
    report.results().forEach(result -> line(text, row(report, result)));
    text.append('\n');
    facts(report).forEach(fact -> text.append("- ").append(fact).append('\n'));
    return text.toString();
  }

  private static List<String> facts(BenchmarkReport report) {
    List<String> facts = new ArrayList<>();
    var start = report.start();
    facts.add(
        "cold start: %.2f s until loading, %.2f s loading, %.2f s for %d prompt tokens and the first of the answer, together %.2f s"
            .formatted(
                start.startUp(),
                start.load(),
                start.firstToken(),
                BenchmarkReport.FIRST_PROMPT,
                start.total()));
    var memory = report.memory();
    if (memory.peak().isPresent()) {
      facts.add(
          "memory: %d MiB at most; model %d MiB, keys and values %d MiB, the rest %d MiB"
              .formatted(
                  memory.peak().getAsLong() >> 20,
                  memory.file() >> 20,
                  memory.cache() >> 20,
                  memory.beyond().orElse(0) >> 20));
    }
    facts.add(
        "limits in the same run: %s GB/s read; %s GOP/s in the kernels' products on cached data; %s GOP/s float32 multiply-add"
            .formatted(
                number(report.limits().bandwidth().bytesPerSecond() / 1e9),
                number(report.limits().products().operationsPerSecond() / 1e9),
                number(report.limits().float32().operationsPerSecond() / 1e9)));
    MachineDescription machine = report.machine();
    facts.add(
        "machine: %s, %d cores, %.0f GiB, %s, Java %s%s"
            .formatted(
                machine.processor(),
                machine.cores(),
                machine.memory() / 0x1p30,
                machine.system(),
                machine.java(),
                machine.loadAverage() < 0
                    ? ""
                    : ", load average before " + number(machine.loadAverage())));
    return facts;
  }

  private static String parameters(long count) {
    return count >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f B", count / 1e9)
        : String.format(Locale.ROOT, "%.1f M", count / 1e6);
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
