package org.blossomlm.engine;

import org.blossomlm.engine.kernels.KvType;

/**
 * Where keys and values lie in a page: {@link #PAGE_TOKENS} positions in all layers, one layer
 * after the other, its keys before its values, one key/value head after the other. What attention
 * reads of a page for one head is thus one stream of bytes.
 *
 * @param heads key/value heads
 * @param vectorBytes bytes of one position's key (or value) of one head
 */
record KvLayout(KvType type, int layers, int heads, long vectorBytes) {
  static final int PAGE_TOKENS = 64;

  static KvLayout of(Architecture a, KvType type) {
    return new KvLayout(type, a.layers(), a.keyValueHeads(), type.bytes(a.headSize()));
  }

  /** Pages that {@code tokens} positions take. */
  static int pages(long tokens) {
    return Math.toIntExact((tokens + PAGE_TOKENS - 1) / PAGE_TOKENS);
  }

  long pageBytes() {
    return 2L * PAGE_TOKENS * layers * heads * vectorBytes;
  }

  /** Bytes of keys and values of {@code tokens} positions. */
  long bytes(long tokens) {
    return pages(tokens) * pageBytes();
  }

  /** Byte of its page at which a position's key of a layer and head starts. */
  long keyAt(int layer, int head, int position) {
    long vectors = (2L * layer * heads + head) * PAGE_TOKENS + position % PAGE_TOKENS;
    return vectors * vectorBytes;
  }

  /** Byte of its page at which a position's value of a layer and head starts. */
  long valueAt(int layer, int head, int position) {
    return keyAt(layer, heads + head, position);
  }
}
