package org.blossomlm.engine;

import java.util.function.Supplier;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A session over one sequence of a decoder. */
final class DecoderSession implements Session {
  private final Sequence sequence;
  private final Tokenizer tokenizer;

  DecoderSession(Sequence sequence, Tokenizer tokenizer) {
    this.sequence = sequence;
    this.tokenizer = tokenizer;
  }

  @Override
  public int contextLength() {
    return sequence.contextLength();
  }

  @Override
  public Generation generate(int[] prompt, GenerationOptions options, GenerationListener listener) {
    return readingWeights(() -> Generator.generate(sequence, tokenizer, prompt, options, listener));
  }

  @Override
  public void logits(int[] tokens, LogitsConsumer consumer) {
    logits(tokens, 0, consumer);
  }

  @Override
  public void logits(int[] tokens, int first, LogitsConsumer consumer) {
    if (tokens.length > sequence.contextLength()) {
      throw new ContextLengthException(tokens.length, sequence.contextLength());
    }
    sequence.truncate(0);
    readingWeights(() -> {
      int wanted = Math.min(first, tokens.length);
      for (int from = 0; from < wanted; from += sequence.chunkSize()) {
        sequence.prefill(tokens, from, Math.min(wanted, from + sequence.chunkSize()));
      }
      for (int from = wanted; from < tokens.length; from += sequence.chunkSize()) {
        int start = from;
        int to = Math.min(tokens.length, from + sequence.chunkSize());
        sequence.evaluateAll(
            tokens, from, to, (index, logits) -> consumer.accept(start + index, logits));
      }
      return tokens.length;
    });
  }

  /** The JVM turns the signal for a mapped page that is gone into an {@link InternalError}. */
  private static <T> T readingWeights(Supplier<T> work) {
    try {
      return work.get();
    } catch (InternalError e) {
      throw fileIsGone(e);
    }
  }

  static ModelException fileIsGone(InternalError cause) {
    return new ModelException(
        "the model file was shortened or replaced in place while it was open; load it again",
        cause);
  }

  @Override
  public void close() {
    sequence.close();
  }
}
