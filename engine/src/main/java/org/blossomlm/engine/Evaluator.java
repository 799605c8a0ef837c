package org.blossomlm.engine;

/**
 * One sequence in the KV cache, as the generation loop sees it: tokens go in, logits come out. Not
 * thread-safe.
 */
interface Evaluator {
  /** Largest number of tokens the sequence can hold. */
  int contextLength();

  /** Tokens evaluated so far. */
  int length();

  /** Tokens that one {@link #evaluate} call takes at most. */
  int chunkSize();

  /**
   * Makes the sequence hold the longest beginning of {@code tokens[0, to)} that need not be
   * evaluated, and nothing else. Returns its length.
   */
  int reuse(int[] tokens, int to);

  /** Forgets every token from {@code newLength} on. */
  void truncate(int newLength);

  /**
   * Forgets {@code discard} tokens after the first {@code keep}; later tokens move down by as many
   * positions.
   *
   * @throws IllegalArgumentException if that is more than there are
   * @throws OutOfMemoryException if memory is lacking; nothing was forgotten
   */
  void shift(int keep, int discard);

  /**
   * Evaluates tokens {@code [from, to)} of {@code tokens} at the next positions.
   *
   * @param logits receives those after as many of the last tokens as it wants
   * @throws OutOfMemoryException if memory is lacking; nothing was changed
   */
  void evaluate(int[] tokens, int from, int to, LogitRows logits);
}
