package org.blossomlm.engine.kernels;

/** Working memory of one worker. Grows to what the largest call needs and is then reused. */
public final class Scratch {
  private float[] row = new float[0];
  private float[] scores = new float[0];

  /** The head that attention is about to read. */
  public final CachedHead head = new CachedHead();

  /** At least {@code size} floats of arbitrary content. */
  float[] row(int size) {
    if (row.length < size) {
      row = new float[size];
    }
    return row;
  }

  /** At least {@code size} floats of arbitrary content, apart from {@link #row}. */
  float[] scores(int size) {
    if (scores.length < size) {
      // Doubling: the size grows by one with every token of a conversation.
      scores = new float[Math.max(size, 2 * scores.length)];
    }
    return scores;
  }
}
