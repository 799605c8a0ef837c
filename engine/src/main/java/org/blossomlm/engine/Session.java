package org.blossomlm.engine;

/**
 * One sequence: a KV cache that remembers what was evaluated, so that a prompt which starts like
 * the last one (a chat that goes on) is evaluated only from where it differs. Not thread-safe.
 */
public interface Session extends AutoCloseable {
  int contextLength();

  /**
   * Evaluates {@code prompt} and generates until a stop. As far as the prompt begins like what this
   * session holds, or like what another sequence of the model has evaluated and the KV cache still
   * has, it is not evaluated again. An exception, the listener's included, leaves the session
   * usable.
   *
   * @throws IllegalArgumentException if the prompt is empty or a token is outside the vocabulary
   * @throws ContextLengthException if the prompt alone does not fit; nothing was changed
   * @throws OutOfMemoryException if the KV cache is full of other sequences
   * @throws org.blossomlm.model.ModelException if the model's logits are no numbers
   */
  Generation generate(int[] prompt, GenerationOptions options, GenerationListener listener);

  /**
   * The logits after every token: row {@code i} of {@code tokens.length} rows of vocabulary size,
   * handed over one by one. Starts from an empty context.
   */
  void logits(int[] tokens, LogitsConsumer consumer);

  /**
   * As {@link #logits(int[], LogitsConsumer)}, but only the rows from {@code first} on, which saves
   * the products with the vocabulary for those before.
   */
  default void logits(int[] tokens, int first, LogitsConsumer consumer) {
    logits(
        tokens,
        (position, row) -> {
          if (position >= first) {
            consumer.accept(position, row);
          }
        });
  }

  @Override
  void close();

  /** Receives a row that is valid during the call only. */
  @FunctionalInterface
  interface LogitsConsumer {
    void accept(int position, float[] logits);
  }
}
