package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The intermediate results of a forward pass over up to {@code capacity} tokens: float32, row per
 * token.
 */
final class Activations implements AutoCloseable {
  /** Rows of logits that are computed at once; a vocabulary-sized row is half a megabyte. */
  static final int LOGIT_ROWS = 8;

  final int capacity;
  final MemorySegment residual;
  final MemorySegment normed;
  final MemorySegment query;
  final MemorySegment key;
  final MemorySegment value;
  final MemorySegment attended;
  final MemorySegment projected;
  final MemorySegment gate;
  final MemorySegment up;
  final MemorySegment cosSin;
  final MemorySegment logits;
  private final Arena arena = Arena.ofShared();

  Activations(Architecture a, int vocabulary, int capacity) {
    this.capacity = capacity;
    residual = floats(capacity, a.hidden());
    normed = floats(capacity, a.hidden());
    projected = floats(capacity, a.hidden());
    query = floats(capacity, a.queryWidth());
    attended = floats(capacity, a.queryWidth());
    key = floats(capacity, a.keyValueWidth());
    value = floats(capacity, a.keyValueWidth());
    gate = floats(capacity, a.feedForward());
    up = floats(capacity, a.feedForward());
    cosSin = floats(capacity, a.rope().rotated());
    logits = floats(Math.min(capacity, LOGIT_ROWS), vocabulary);
  }

  /** Bytes that a batch of {@code tokens} takes. */
  static long bytes(Architecture a, int vocabulary, int tokens) {
    long perToken =
        3L * a.hidden()
            + 2L * a.queryWidth()
            + 2L * a.keyValueWidth()
            + 2L * a.feedForward()
            + a.rope().rotated();
    return Float.BYTES * (perToken * tokens + (long) Math.min(tokens, LOGIT_ROWS) * vocabulary);
  }

  private MemorySegment floats(int rows, int columns) {
    return arena.allocate((long) rows * columns * Float.BYTES, 64);
  }

  @Override
  public void close() {
    arena.close();
  }
}
