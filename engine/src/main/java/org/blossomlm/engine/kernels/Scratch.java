package org.blossomlm.engine.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Working memory of one worker. Grows to what the largest call needs and is then reused. */
public final class Scratch {
  private final int worker;
  private float[] row = new float[0];
  private float[] scores = new float[0];
  private MemorySegment bytes = MemorySegment.NULL;
  private @Nullable TileBuffers tiles;

  /** The attention that is about to be computed. */
  public final AttentionTask attention = new AttentionTask();

  /**
   * @param worker number of the thread that works with it, from 0
   */
  public Scratch(int worker) {
    this.worker = worker;
  }

  /** Number of the thread that works with it, from 0. */
  public int worker() {
    return worker;
  }

  /** At least {@code size} bytes of native memory of arbitrary content. */
  MemorySegment bytes(long size) {
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, 64);
    }
    return bytes;
  }

  /** Of the vector kernels' products; made when they are first wanted. */
  TileBuffers tiles() {
    if (tiles == null) {
      tiles = new TileBuffers();
    }
    return tiles;
  }

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
