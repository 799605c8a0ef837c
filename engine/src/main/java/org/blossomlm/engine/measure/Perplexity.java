package org.blossomlm.engine.measure;

import java.nio.file.Path;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;
import org.blossomlm.model.ModelException;

/**
 * Measures a model on a text: perplexity as llama.cpp defines it (chunks of 512 tokens, each in an
 * empty context, the second half scored), and the divergence from a reference model.
 */
public final class Perplexity {
  private Perplexity() {}

  /** Receives the logits of every scored position; the array is valid during the call only. */
  @FunctionalInterface
  private interface Rows {
    /**
     * @param normaliser see {@link LogSoftmax#normaliser}
     */
    void add(float[] logits, double normaliser);
  }

  /** The log-probabilities of the reference, chunk by chunk. */
  private interface Reference {
    void begin(int chunk);

    /** Those of the next scored position, for every token; valid until the next call. */
    float[] next(int row);
  }

  /** The perplexity of {@code model} on {@code text}. */
  public static PerplexityScore of(LanguageModel model, TextChunks text, MeasureProgress progress) {
    return score(model, text, progress, (logits, normaliser) -> {});
  }

  /**
   * As {@link #of}, and writes the log-probabilities of all tokens to {@code base}, in llama.cpp's
   * format, for {@link #compare(LanguageModel, Path, MeasureProgress)}.
   *
   * @throws ModelException if the file cannot be written; no half file is left
   */
  public static PerplexityScore writeBase(
      LanguageModel model, TextChunks text, Path base, MeasureProgress progress) {
    try (BaseWriter writer = BaseWriter.create(base, text, model.tokenizer().vocabularySize())) {
      PerplexityScore score = score(model, text, progress, writer::write);
      writer.commit();
      return score;
    }
  }

  private static PerplexityScore score(
      LanguageModel model, TextChunks text, MeasureProgress progress, Rows rows) {
    var likelihood = new LogLikelihood();
    try (Session session = model.newSession()) {
      for (int chunk = 0; chunk < text.count(); chunk++) {
        ScoredRows.ofChunk(
            session,
            text,
            chunk,
            (row, logits, next) -> {
              double normaliser =
                  LogSoftmax.normaliser(logits, ScoredRows.vocabulary(model, logits));
              likelihood.add(logits[next] - normaliser);
              rows.add(logits, normaliser);
            });
        progress.after(chunk + 1, text.count(), likelihood.perplexity());
      }
    }
    return likelihood.score(text.count());
  }

  /**
   * Compares {@code model} with the one that wrote {@code base}, on the text that is in it.
   *
   * @throws ModelException if the file is damaged or belongs to another vocabulary
   */
  public static DivergenceReport compare(LanguageModel model, Path base, MeasureProgress progress) {
    try (BaseReader reader = BaseReader.open(base, model.tokenizer().vocabularySize())) {
      TextChunks text = reader.text();
      if (text.context() > model.contextLength()) {
        throw new ModelException(
            base
                + ": its chunks have "
                + text.context()
                + " tokens, the context only "
                + model.contextLength());
      }
      var written = new float[reader.vocabulary()];
      return compare(
          new Reference() {
            @Override
            public void begin(int chunk) {} // The file has the rows of all chunks in order.

            @Override
            public float[] next(int row) {
              reader.read(written);
              return written;
            }
          },
          model,
          text,
          progress);
    }
  }

  /** Tokens that a context must hold to read a base file. */
  public static int contextOf(Path base) {
    return BaseReader.contextOf(base);
  }

  /**
   * Compares {@code model} with {@code reference}, both loaded, chunk by chunk.
   *
   * @throws ModelException if their vocabularies differ in size
   */
  public static DivergenceReport compare(
      LanguageModel reference, LanguageModel model, TextChunks text, MeasureProgress progress) {
    int vocabulary = reference.tokenizer().vocabularySize();
    if (vocabulary != model.tokenizer().vocabularySize()) {
      throw new ModelException(
          "the models cannot be compared: one has "
              + vocabulary
              + " tokens, the other "
              + model.tokenizer().vocabularySize());
    }
    var rows = new float[text.scored()][vocabulary];
    try (Session session = reference.newSession()) {
      return compare(
          new Reference() {
            @Override
            public void begin(int chunk) {
              ScoredRows.ofChunk(
                  session,
                  text,
                  chunk,
                  (row, logits, next) -> {
                    double normaliser = LogSoftmax.normaliser(logits, vocabulary);
                    for (int i = 0; i < vocabulary; i++) {
                      rows[row][i] = (float) (logits[i] - normaliser);
                    }
                  });
            }

            @Override
            public float[] next(int row) {
              return rows[row];
            }
          },
          model,
          text,
          progress);
    }
  }

  private static DivergenceReport compare(
      Reference reference, LanguageModel model, TextChunks text, MeasureProgress progress) {
    int vocabulary = model.tokenizer().vocabularySize();
    var divergence = new Divergence();
    try (Session session = model.newSession()) {
      for (int chunk = 0; chunk < text.count(); chunk++) {
        reference.begin(chunk);
        ScoredRows.ofChunk(
            session,
            text,
            chunk,
            (row, logits, next) -> divergence.add(reference.next(row), logits, vocabulary, next));
        progress.after(chunk + 1, text.count(), divergence.perplexity());
      }
    }
    return divergence.report(text.count());
  }
}
