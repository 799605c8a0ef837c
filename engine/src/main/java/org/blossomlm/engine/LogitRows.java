package org.blossomlm.engine;

import java.util.Arrays;

/**
 * Copies of the logits after the last tokens of a pass. The first buffer is used again; others,
 * half a megabyte each, exist while they are wanted.
 */
final class LogitRows implements Decoder.LogitsSink {
  private float[][] rows = {};
  private int wanted;
  private int size;

  /** Forgets what is there and says after how many of the last tokens logits are wanted. */
  void expect(int count) {
    wanted = count;
    size = 0;
    if (rows.length > Math.max(1, count)) {
      rows = Arrays.copyOf(rows, Math.max(1, count));
    }
  }

  /** After how many of the last tokens logits are wanted. */
  int wanted() {
    return wanted;
  }

  /** Takes the logits after the next wanted token. */
  @Override
  public void accept(int batchIndex, float[] logits) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, Math.max(1, wanted));
    }
    float[] row = rows[size];
    if (row == null || row.length != logits.length) {
      row = new float[logits.length];
      rows[size] = row;
    }
    System.arraycopy(logits, 0, row, 0, row.length);
    size++;
  }

  /** The logits after the wanted token {@code index}, valid until {@link #expect}. */
  float[] row(int index) {
    return rows[index];
  }
}
