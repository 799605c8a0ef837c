package org.blossomlm.train.example;

/**
 * Rows of samples that go through the model together. All arrays are row-major, {@code rows ×
 * length}.
 *
 * @param tokens what the model reads
 * @param targets the id that each token has to predict, already shifted inside its sample; {@link
 *     #IGNORED} where nothing is learnt
 * @param positions counted from 0 anew in each sample
 * @param segments numbers the samples of a row from 1; 0 is padding. A token sees only its own
 *     segment
 */
public record MicroBatch(
    int rows, int length, int[] tokens, int[] targets, int[] positions, int[] segments) {
  /** Target of tokens that nothing is learnt from. */
  public static final int IGNORED = -100;

  public MicroBatch {
    int size = Math.multiplyExact(rows, length);
    if (rows < 1
        || length < 1
        || tokens.length != size
        || targets.length != size
        || positions.length != size
        || segments.length != size) {
      throw new IllegalArgumentException(
          "%d × %d tokens, but arrays of %d, %d, %d and %d"
              .formatted(
                  rows, length, tokens.length, targets.length, positions.length, segments.length));
    }
  }
}
