package org.blossomlm.engine;

/**
 * One sequence in the KV cache, as the generation loop sees it: tokens go in, the logits after the
 * last one come out. Not thread-safe.
 */
interface Evaluator {
  /** Largest number of tokens the sequence can hold. */
  int contextLength();

  /** Tokens evaluated so far. */
  int length();

  /** The token at a position below {@link #length()}. */
  int tokenAt(int position);

  /**
   * Tokens that one {@link #evaluate} call takes at most; also the granularity of progress and
   * cancellation.
   */
  int chunkSize();

  /** Forgets every token from {@code newLength} on. */
  void truncate(int newLength);

  /**
   * Forgets {@code discard} tokens after the first {@code keep}; later tokens move down by as many
   * positions.
   *
   * @throws IllegalArgumentException if that is more than there are
   */
  void shift(int keep, int discard);

  /**
   * Evaluates tokens {@code [from, to)} of {@code tokens} at the next positions and returns the
   * logits after the last. The array is reused by the next call.
   */
  float[] evaluate(int[] tokens, int from, int to);
}
