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

  /** The perplexity of {@code model} on {@code text}. */
  public static PerplexityScore of(LanguageModel model, TextChunks text, MeasureProgress progress) {
    var likelihood = new LogLikelihood();
    try (Session session = model.newSession()) {
      for (int chunk = 0; chunk < text.count(); chunk++) {
        ScoredRows.ofChunk(
            session,
            text,
            chunk,
            (row, logits, next) -> likelihood.add(logProbability(model, logits, next)));
        progress.after(chunk + 1, text.count(), likelihood.perplexity());
      }
    }
    return likelihood.score(text.count());
  }

  private static double logProbability(LanguageModel model, float[] logits, int next) {
    return logits[next] - LogSoftmax.normaliser(logits, ScoredRows.vocabulary(model, logits));
  }

  /**
   * As {@link #of}, and writes the log-probabilities of all tokens to {@code base}, in llama.cpp's
   * format, for {@link #compare(LanguageModel, Path, MeasureProgress)}.
   *
   * @throws ModelException if the file cannot be written; no half file is left
   */
  public static PerplexityScore writeBase(
      LanguageModel model, TextChunks text, Path base, MeasureProgress progress) {
    var likelihood = new LogLikelihood();
    int vocabulary = model.tokenizer().vocabularySize();
    try (Session session = model.newSession();
        BaseWriter writer = BaseWriter.create(base, text, vocabulary)) {
      for (int chunk = 0; chunk < text.count(); chunk++) {
        ScoredRows.ofChunk(
            session,
            text,
            chunk,
            (row, logits, next) -> {
              double normaliser = LogSoftmax.normaliser(logits, vocabulary);
              likelihood.add(logits[next] - normaliser);
              writer.write(logits, normaliser);
            });
        progress.after(chunk + 1, text.count(), likelihood.perplexity());
      }
      writer.commit();
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
      var divergence = new Divergence();
      var row = new float[reader.vocabulary()];
      try (Session session = model.newSession()) {
        for (int chunk = 0; chunk < text.count(); chunk++) {
          ScoredRows.ofChunk(
              session,
              text,
              chunk,
              (index, logits, next) -> {
                reader.read(row);
                divergence.add(row, logits, row.length, next);
              });
          progress.after(chunk + 1, text.count(), divergence.perplexity());
        }
      }
      return divergence.report(text.count());
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
    var divergence = new Divergence();
    var rows = new float[text.scored()][vocabulary];
    try (Session first = reference.newSession();
        Session second = model.newSession()) {
      for (int chunk = 0; chunk < text.count(); chunk++) {
        ScoredRows.ofChunk(
            first,
            text,
            chunk,
            (row, logits, next) -> {
              double normaliser = LogSoftmax.normaliser(logits, vocabulary);
              for (int i = 0; i < vocabulary; i++) {
                rows[row][i] = (float) (logits[i] - normaliser);
              }
            });
        ScoredRows.ofChunk(
            second,
            text,
            chunk,
            (row, logits, next) -> divergence.add(rows[row], logits, vocabulary, next));
        progress.after(chunk + 1, text.count(), divergence.perplexity());
      }
    }
    return divergence.report(text.count());
  }
}
