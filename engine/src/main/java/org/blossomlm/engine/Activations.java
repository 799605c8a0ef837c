package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.ProductInput;

/**
 * The intermediate results of a forward pass over up to {@code capacity} tokens: float32, row per
 * token.
 */
final class Activations implements AutoCloseable {
  /** Rows of logits that are computed at once; a vocabulary-sized row is half a megabyte. */
  static final int LOGIT_ROWS = 8;

  final int capacity;
  final MemorySegment residual;

  /**
   * Normed residual, what the heads attended to, and the gated feed-forward: what matrices take.
   */
  final ProductInput normed;

  final ProductInput attended;
  final ProductInput gated;
  final MemorySegment query;
  final MemorySegment key;
  final MemorySegment value;
  final MemorySegment projected;
  final MemorySegment up;
  final MemorySegment cosSin;
  final MemorySegment logits;
  private final MemorySegment encoded;
  private final Arena arena = Arena.ofShared();

  Activations(Architecture a, Kernels kernels, int vocabulary, int capacity) {
    this.capacity = capacity;
    // Never zero-sized, so that there is always an address.
    encoded = arena.allocate(Math.max(64, capacity * encodedBytes(a, kernels)), 64);
    residual = floats(capacity, a.hidden());
    normed = input(a.hidden());
    attended = input(a.queryWidth());
    gated = input(a.feedForward());
    projected = floats(capacity, a.hidden());
    query = floats(capacity, a.queryWidth());
    key = floats(capacity, a.keyValueWidth());
    value = floats(capacity, a.keyValueWidth());
    up = floats(capacity, a.feedForward());
    cosSin = floats(capacity, a.rope().rotated());
    logits = floats(Math.min(capacity, LOGIT_ROWS), vocabulary);
  }

  /** Bytes that a batch of {@code tokens} takes. */
  static long bytes(Architecture a, Kernels kernels, int vocabulary, int tokens) {
    long perToken =
        3L * a.hidden()
            + 2L * a.queryWidth()
            + 2L * a.keyValueWidth()
            + 2L * a.feedForward()
            + a.rope().rotated();
    long floats = perToken * tokens + (long) Math.min(tokens, LOGIT_ROWS) * vocabulary;
    return Float.BYTES * floats + tokens * encodedBytes(a, kernels);
  }

  /** Of the widest input; one buffer serves all, since only one is multiplied at a time. */
  private static long encodedBytes(Architecture a, Kernels kernels) {
    int widest = Math.max(a.hidden(), Math.max(a.queryWidth(), a.feedForward()));
    return kernels.encodedBytes(widest);
  }

  private ProductInput input(int columns) {
    return new ProductInput(floats(capacity, columns), encoded, columns);
  }

  private MemorySegment floats(int rows, int columns) {
    return arena.allocate((long) rows * columns * Float.BYTES, 64);
  }

  @Override
  public void close() {
    arena.close();
  }
}
