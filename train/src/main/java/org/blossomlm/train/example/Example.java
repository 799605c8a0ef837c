package org.blossomlm.train.example;

/**
 * Tokens that a model reads, and which of them it learns to write.
 *
 * @param tokens of one sample, BOS included where the model has one
 * @param learnt whether a token is predicted from those before it and counts in the loss; as long
 *     as {@code tokens}. The first token is never learnt: nothing is before it
 * @param source the id of the record, with {@code #N} where one record gave several samples
 */
public record Example(int[] tokens, boolean[] learnt, String source) {
  public Example {
    if (tokens.length != learnt.length || tokens.length == 0) {
      throw new IllegalArgumentException(
          "%s: %d tokens, %d labels".formatted(source, tokens.length, learnt.length));
    }
    if (learnt[0]) {
      throw new IllegalArgumentException(source + ": the first token cannot be predicted");
    }
  }

  public int length() {
    return tokens.length;
  }

  /** How many tokens count in the loss. */
  public int learntTokens() {
    int count = 0;
    for (boolean each : learnt) {
      count += each ? 1 : 0;
    }
    return count;
  }
}
