package org.blossomlm.engine.measure;

import java.util.Arrays;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * A text as chunks of tokens that each fill a context, as llama.cpp's perplexity tool cuts it: the
 * whole text is tokenised at once, what does not fill the last chunk is left out, and where the
 * model wants BOS, it takes the place of every chunk's first token.
 */
public final class TextChunks {
  /** What published perplexities use. */
  public static final int DEFAULT_CONTEXT = 512;

  private final int[] tokens;
  private final int context;
  private final int count;

  private TextChunks(int[] tokens, int context, int count) {
    this.tokens = tokens;
    this.context = context;
    this.count = count;
  }

  /**
   * Cuts a text for a model.
   *
   * @param context tokens of a chunk, at least 4
   * @param limit of chunks; 0 for as many as there are
   * @throws ModelException if the text does not fill one chunk
   */
  public static TextChunks of(LanguageModel model, String text, int context, int limit) {
    Tokenizer tokenizer = model.tokenizer();
    // The newline at the end of a file is not part of the text.
    String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    int[] all = tokenizer.encode(MarkedText.data(body), true);
    int available = all.length / context;
    if (available == 0) {
      throw new ModelException(
          "the text has only "
              + all.length
              + " tokens; one chunk takes "
              + context
              + ": give a longer text or a smaller context");
    }
    int count = limit > 0 ? Math.min(limit, available) : available;
    int[] tokens = Arrays.copyOf(all, count * context);
    if (tokenizer.addBos() && tokenizer.bos().isPresent()) {
      for (int chunk = 0; chunk < count; chunk++) {
        tokens[chunk * context] = tokenizer.bos().getAsInt();
      }
    }
    return new TextChunks(tokens, context, count);
  }

  /** The first {@code chunks} of these, or all if there are fewer. */
  public TextChunks first(int chunks) {
    int kept = Math.min(chunks, count);
    return new TextChunks(Arrays.copyOf(tokens, kept * context), context, kept);
  }

  /** Chunks that were tokenised before, such as those of a base file. */
  static TextChunks of(int[] tokens, int context) {
    return new TextChunks(tokens, context, tokens.length / context);
  }

  public int count() {
    return count;
  }

  /** Tokens of a chunk. */
  public int context() {
    return context;
  }

  /** The first position of a chunk whose prediction is scored: earlier ones see too little. */
  public int first() {
    return context / 2;
  }

  /** Predictions scored in a chunk; that of its last token has nothing to be compared with. */
  public int scored() {
    return context - 1 - first();
  }

  public int[] chunk(int index) {
    return Arrays.copyOfRange(tokens, index * context, (index + 1) * context);
  }

  /** The tokens of all chunks. */
  int[] tokens() {
    return tokens;
  }
}
