package org.blossomlm.engine.measure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * What was collected so far.
   *
   * @param dataset name of the text
   * @param chunks that were read, resumed ones included
   * @param chunkSize tokens of a chunk
   */
  public ImportanceMatrix matrix(Path dataset, int chunks, int chunkSize) {
    Map<String, ImportanceMatrix.Entry> entries = new LinkedHashMap<>();
    sums.forEach((name, sum) -> {
      float[] values = new float[sum.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) sum[i];
      }
      long count = counts.getOrDefault(name, 0L);
      entries.put(name, new ImportanceMatrix.Entry(values, new float[] {count}));
    });
    return new ImportanceMatrix(
        List.of(String.valueOf(dataset.getFileName())), chunks, chunkSize, entries);
  }
}
