package org.blossomlm.engine;

/**
 * Bytes that running a model takes, counted before it is loaded.
 *
 * @param weights mapped from the file; they share the system's cache but must fit for decoding to
 *     be more than disk speed
 * @param cache keys and values of a full context
 * @param activations of one chunk
 */
record MemoryNeed(long weights, long cache, long activations) {
  long total() {
    return weights + cache + activations;
  }

  /**
   * @throws OutOfMemoryException if the total is more than {@code available}
   */
  void check(long available, int contextLength) {
    if (total() > available) {
      throw new OutOfMemoryException(
          ("the model needs %s of memory (weights %s, context of %d tokens %s, work %s) but %s is"
                  + " available; use a smaller quantisation, a smaller context (--num-ctx), or free"
                  + " memory")
              .formatted(
                  human(total()),
                  human(weights),
                  contextLength,
                  human(cache),
                  human(activations),
                  human(available)));
    }
  }

  private static String human(long bytes) {
    return bytes < 1L << 30
        ? "%.0f MiB".formatted(bytes / 0x1p20)
        : "%.1f GiB".formatted(bytes / 0x1p30);
  }
}
