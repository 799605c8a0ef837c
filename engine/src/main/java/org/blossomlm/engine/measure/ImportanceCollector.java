package org.blossomlm.engine.measure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.MatmulObserver;
import org.blossomlm.engine.Session;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.quantize.ImportanceMatrix;

/**
 * Makes an importance matrix: sums the squared inputs of every weight matrix while a model reads a
 * text. The model must be loaded with {@link #observing}.
 */
public final class ImportanceCollector {
  private final boolean withOutput;
  private final Map<String, double[]> sums = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  /** Told after every chunk. */
  @FunctionalInterface
  public interface ChunkListener {
    /**
     * A chunk is done.
     *
     * @param done chunks that are in the matrix
     * @param total chunks of the text
     */
    void after(int done, int total);
  }

  /**
   * Starts with nothing.
   *
   * @param withOutput whether the matrix that makes the logits is observed too; it is quantised so
   *     finely that importance does not help it
   */
  public ImportanceCollector(boolean withOutput) {
    this.withOutput = withOutput;
  }

  /**
   * Options that let this collector see what the model multiplies. It reads the float activations,
   * whatever the kernels make of them.
   */
  public LoadOptions observing(LoadOptions options) {
    MatmulObserver observer = this::observe;
    return options.withObserver(observer);
  }

  private void observe(String tensor, int tokens, int columns, MemorySegment activations) {
    if (!withOutput && !tensor.startsWith("blk.")) {
      return;
    }
    double[] sum = sums.computeIfAbsent(tensor, name -> new double[columns]);
    for (int token = 0; token < tokens; token++) {
      long row = (long) token * columns;
      for (int i = 0; i < columns; i++) {
        double value = activations.getAtIndex(ValueLayout.JAVA_FLOAT, row + i);
        sum[i] += value * value;
      }
    }
    counts.merge(tensor, (long) tokens, Long::sum);
  }

  /** Starts from what an earlier run has collected, instead of from nothing. */
  public void resume(ImportanceMatrix matrix) {
    sums.clear();
    counts.clear();
    matrix
        .entries()
        .forEach((name, entry) -> {
          double[] sum = new double[entry.columns()];
          for (int i = 0; i < sum.length; i++) {
            sum[i] = entry.sums()[i];
          }
          sums.put(name, sum);
          counts.put(name, (long) entry.counts()[0]);
        });
  }

  /**
   * Reads chunks {@code [first, text.count())}.
   *
   * @throws ModelException if activations are not finite: the model is damaged
   */
  public void read(LanguageModel model, TextChunks text, int first, ChunkListener listener) {
    try (Session session = model.newSession()) {
      for (int chunk = first; chunk < text.count(); chunk++) {
        // Only the output matrix needs the logits of all tokens.
        int wanted = withOutput ? 0 : text.context();
        session.logits(text.chunk(chunk), wanted, (position, logits) -> {});
        check();
        listener.after(chunk + 1, text.count());
      }
    }
  }

  private void check() {
    sums.forEach((name, sum) -> {
      for (double value : sum) {
        if (!Double.isFinite(value)) {
          throw new ModelException(
              "the inputs of "
                  + name
                  + " are no finite numbers: the model is damaged, or its kernels overflow");
        }
      }
    });
  }

  /** What keeps a matrix from being gone on with. */
  public enum Difference {
    CHUNK_SIZE,
    TEXT,
    MODEL
  }

  /**
   * Whether {@code matrix} was made from the beginning of this text with this model. One that does
   * not say what it was made from is known by the name of its text and the shapes of its tensors.
   *
   * @param dataset name of the text
   * @param text all of it
   * @return what differs, if anything
   */
  public static Optional<Difference> difference(
      ImportanceMatrix matrix, LanguageModel model, Path dataset, TextChunks text) {
    if (matrix.chunkSize() != text.context()) {
      return Optional.of(Difference.CHUNK_SIZE);
    }
    boolean sameShapes =
        matrix.entries().entrySet().stream()
            .allMatch(entry ->
                model
                    .file()
                    .tensor(entry.getKey())
                    .map(tensor -> tensor.columns() == entry.getValue().columns())
                    // Of tied models it is the embedding.
                    .orElse(entry.getKey().equals("output.weight")));
    if (!sameShapes
        || matrix
            .origin()
            .filter(origin -> !origin.model().equals(Fingerprint.ofModel(model.file())))
            .isPresent()) {
      return Optional.of(Difference.MODEL);
    }
    boolean sameText =
        matrix.chunks() <= text.count()
            && matrix
                .origin()
                .map(origin -> origin.tokens().equals(Fingerprint.ofTokens(text, matrix.chunks())))
                .orElseGet(() -> matrix.datasets().equals(nameOf(dataset)));
    return sameText ? Optional.empty() : Optional.of(Difference.TEXT);
  }

  private static List<String> nameOf(Path dataset) {
    return List.of(String.valueOf(dataset.getFileName()));
  }

  /**
   * What was collected so far.
   *
   * @param model that read
   * @param dataset name of the text
   * @param text all of it
   * @param chunks that were read, resumed ones included
   */
  public ImportanceMatrix matrix(LanguageModel model, Path dataset, TextChunks text, int chunks) {
    Map<String, ImportanceMatrix.Entry> entries = new LinkedHashMap<>();
    sums.forEach((name, sum) -> {
      float[] values = new float[sum.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) sum[i];
      }
      long count = counts.getOrDefault(name, 0L);
      entries.put(name, new ImportanceMatrix.Entry(values, new float[] {count}));
    });
    var origin =
        new ImportanceMatrix.Origin(
            Fingerprint.ofTokens(text, chunks), Fingerprint.ofModel(model.file()));
    return new ImportanceMatrix(
        nameOf(dataset), chunks, text.context(), entries, Optional.of(origin));
  }
}
