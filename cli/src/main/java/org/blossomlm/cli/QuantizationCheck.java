package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.cli.report.MeasureReport;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.measure.DivergenceReport;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tensor.Tensor;

/** Measures what quantising cost: the original and each new file on the same text. */
final class QuantizationCheck {
  private final Application application;
  private final LoadOptions options;

  /**
   * @param threads 0 for the physical cores
   */
  QuantizationCheck(Application application, int threads) {
    this.application = application;
    this.options =
        LoadOptions.DEFAULT
            .withContextLength(TextChunks.DEFAULT_CONTEXT)
            .withChunkSize(TextChunks.DEFAULT_CONTEXT)
            .withThreads(threads);
  }

  /** Prints a table, the original first. */
  void print(Path original, Map<Recipe, Path> files, String text, int chunks) {
    List<MeasureReport.Checked> rows = new ArrayList<>();
    MeasureReport.Checked first = null;
    try (LanguageModel reference = application.engine().load(original, options);
        StatusLine status = application.statusLine()) {
      TextChunks read = TextChunks.of(reference, text, TextChunks.DEFAULT_CONTEXT, chunks);
      for (Map.Entry<Recipe, Path> entry : files.entrySet()) {
        try (LanguageModel model = application.engine().load(entry.getValue(), options)) {
          DivergenceReport report =
              Perplexity.compare(reference, model, read, new MeasureBar(application, status));
          rows.add(checked(entry.getKey().name(), model.file(), report));
          first = checked(application.text("check.original"), reference.file(), report);
        }
      }
    }
    if (first != null) {
      application
          .streams()
          .out()
          .print(new MeasureReport(application.messages()).comparison(first, rows));
    }
  }

  private static MeasureReport.Checked checked(
      String name, GgufFile file, DivergenceReport report) {
    long bytes = file.tensors().values().stream().mapToLong(t -> t.data().byteSize()).sum();
    long elements = file.tensors().values().stream().mapToLong(Tensor::elements).sum();
    return new MeasureReport.Checked(name, bytes, 8.0 * bytes / elements, report);
  }
}
