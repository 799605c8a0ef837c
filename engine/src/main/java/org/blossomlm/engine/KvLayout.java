package org.blossomlm.engine;

import org.blossomlm.engine.kernels.KvType;

/**
 * Where keys and values lie in a page: {@link #PAGE_TOKENS} positions in all layers, one layer
 * after the other, its keys before its values. Within a page and layer keys lie position after
 * position, each with all key/value heads side by side; values likewise.
 *
 * @param rowBytes bytes of one position's keys (or values) in one layer
 */
record KvLayout(KvType type, int layers, long rowBytes) {
  static final int PAGE_TOKENS = 64;

  static KvLayout of(Architecture a, KvType type) {
    return new KvLayout(type, a.layers(), type.bytes(a.keyValueWidth()));
  }

  /** Pages that {@code tokens} positions take. */
  static int pages(long tokens) {
    return Math.toIntExact((tokens + PAGE_TOKENS - 1) / PAGE_TOKENS);
  }

  long pageBytes() {
    return 2L * PAGE_TOKENS * layers * rowBytes;
  }

  /** Bytes of keys and values of {@code tokens} positions. */
  long bytes(long tokens) {
    return pages(tokens) * pageBytes();
  }

  /** Byte of its page at which a position's keys in a layer start. */
  long keyAt(int layer, int position) {
    return (2L * layer * PAGE_TOKENS + position % PAGE_TOKENS) * rowBytes;
  }

  /** Byte of its page at which a position's values in a layer start. */
  long valueAt(int layer, int position) {
    return keyAt(layer, position) + PAGE_TOKENS * rowBytes;
  }
}
