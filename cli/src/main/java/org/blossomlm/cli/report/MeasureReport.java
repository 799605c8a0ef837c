package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.engine.measure.Distribution;
import org.blossomlm.engine.measure.DivergenceReport;
import org.blossomlm.engine.measure.PerplexityScore;

/** Perplexity and divergence, for people. */
public final class MeasureReport {
  private final Messages messages;

  public MeasureReport(Messages messages) {
    this.messages = messages;
  }

  /** One line: the perplexity and how exact it is. */
  public String perplexity(PerplexityScore score) {
    return messages.text(
            "perplexity.result",
            number("%.4f", score.perplexity()),
            number("%.5f", score.error()),
            score.tokens(),
            score.chunks())
        + "\n";
  }

  /** All that is known about the difference of two models. */
  public String divergence(DivergenceReport report) {
    List<List<String>> rows = new ArrayList<>();
    row(rows, "perplexity.reference", plusMinus(report.reference()));
    row(rows, "perplexity.model", plusMinus(report.model()));
    row(rows, "perplexity.log-ratio", number("%+.6f", report.logRatio()));
    distribution(rows, "perplexity.kl", "%.6f", 1, "", report.divergence());
    distribution(rows, "perplexity.change", "%+.3f", 100, " %", report.change());
    row(rows, "perplexity.rms-change", number("%.3f %%", 100 * report.rmsChange()));
    row(
        rows,
        "perplexity.same-top",
        number("%.3f", 100 * report.sameTop()) + number(" ± %.3f %%", 100 * report.sameTopError()));
    return TextTable.format(rows);
  }

  private void distribution(
      List<List<String>> rows,
      String key,
      String format,
      double factor,
      String unit,
      Distribution distribution) {
    String what = messages.text(key);
    row(
        rows,
        what,
        "perplexity.mean",
        number(format, factor * distribution.mean())
            + number(" ± " + format.replace("+", ""), factor * distribution.error())
            + unit);
    row(rows, what, "perplexity.maximum", number(format, factor * distribution.maximum()) + unit);
    for (double percent : new double[] {99.9, 99, 95, 90}) {
      percentile(rows, what, percent, format, factor, unit, distribution);
    }
    row(rows, what, "perplexity.median", number(format, factor * distribution.median()) + unit);
    for (double percent : new double[] {10, 5, 1}) {
      percentile(rows, what, percent, format, factor, unit, distribution);
    }
    row(rows, what, "perplexity.minimum", number(format, factor * distribution.minimum()) + unit);
  }

  private static void percentile(
      List<List<String>> rows,
      String what,
      double percent,
      String format,
      double factor,
      String unit,
      Distribution distribution) {
    String label = number(percent % 1 == 0 ? "%.0f %%" : "%.1f %%", percent);
    rows.add(
        List.of(
            what + ", " + label,
            number(format, factor * distribution.quantile(percent / 100)) + unit));
  }

  private void row(List<List<String>> rows, String what, String key, String value) {
    rows.add(List.of(what + ", " + messages.text(key), value));
  }

  private void row(List<List<String>> rows, String key, String value) {
    rows.add(List.of(messages.text(key), value));
  }

  private static String plusMinus(PerplexityScore score) {
    return number("%.4f", score.perplexity()) + number(" ± %.5f", score.error());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /**
   * One of the files that a check compares with the original.
   *
   * @param name of the file
   * @param bytes of its tensors
   */
  public record Checked(String name, long bytes, double bitsPerWeight, DivergenceReport report) {}

  /**
   * The original and each quantised file, one line each, with what was read above and what the
   * columns mean below.
   */
  public String comparison(Checked original, List<Checked> files) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            messages.text("check.file"),
            messages.text("show.column.size"),
            messages.text("show.column.bits"),
            messages.text("check.perplexity"),
            messages.text("check.kl-mean"),
            messages.text("check.kl-99"),
            messages.text("check.rms-change"),
            messages.text("check.same-top")));
    rows.add(
        List.of(
            original.name(),
            Quantities.size(original.bytes()),
            QuantizationReport.bits(original.bitsPerWeight()),
            plusMinus(original.report().reference()),
            "–",
            "–",
            "–",
            "–"));
    for (Checked file : files) {
      rows.add(
          List.of(
              file.name(),
              Quantities.size(file.bytes()),
              QuantizationReport.bits(file.bitsPerWeight()),
              plusMinus(file.report().model()),
              number("%.5f", file.report().divergence().mean()),
              number("%.5f", file.report().divergence().quantile(0.99)),
              number("%.2f %%", 100 * file.report().rmsChange()),
              number("%.1f %%", 100 * file.report().sameTop())));
    }
    PerplexityScore read = original.report().reference();
    return "\n"
        + messages.text("check.read", read.tokens(), read.chunks())
        + "\n"
        + TextTable.format(rows)
        + messages.text("check.legend")
        + "\n";
  }
}
