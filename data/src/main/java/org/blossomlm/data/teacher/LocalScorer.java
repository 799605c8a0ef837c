package org.blossomlm.data.teacher;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.blossomlm.engine.ContextLengthException;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;
import org.blossomlm.engine.measure.TokenProbabilities;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/** Scores texts with a loaded model, one after the other: a pass over a text uses all cores. */
final class LocalScorer {
  private final LanguageModel model;
  private final Tokenizer tokenizer;

  LocalScorer(LanguageModel model) {
    this.model = model;
    this.tokenizer = model.tokenizer();
  }

  /**
   * Of a text alone, after BOS where the model has one. A text that is longer than the context is
   * scored in windows that overlap by half.
   */
  float[] alone(String text) {
    int[] body = tokens(text);
    int[] start =
        tokenizer.addBos() && tokenizer.bos().isPresent()
            ? new int[] {tokenizer.bos().getAsInt()}
            : new int[0];
    int window = model.contextLength() - start.length;
    int done = Math.min(body.length, 1 - start.length);
    float[] scores = new float[body.length - done];
    int written = 0;
    try (Session session = model.newSession()) {
      while (done < body.length) {
        int from = done <= 1 ? 0 : done - window / 2;
        int to = Math.min(body.length, from + window);
        int[] tokens = concat(start, Arrays.copyOfRange(body, from, to));
        double[] logarithms =
            TokenProbabilities.logarithms(model, session, tokens, start.length + done - from);
        for (double logarithm : logarithms) {
          scores[written++] = (float) logarithm;
        }
        done = to;
      }
    }
    return scores;
  }

  /**
   * Of a text that follows a prompt.
   *
   * @throws ContextLengthException if both do not fit into the context
   */
  float[] after(int[] prompt, String text) {
    int[] body = tokens(text);
    if (body.length == 0) {
      return new float[0];
    }
    try (Session session = model.newSession()) {
      double[] logarithms =
          TokenProbabilities.logarithms(
              model, session, concat(prompt, body), Math.max(1, prompt.length));
      float[] scores = new float[logarithms.length];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (float) logarithms[i];
      }
      return scores;
    }
  }

  /** The same whatever stands before it, so that the scores of one text can be compared. */
  private int[] tokens(String text) {
    return tokenizer.encode(MarkedText.data(text), false);
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }
}
