package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.blossomlm.engine.kernels.CachedHead;

/*
 * A page holds the keys and values of PAGE_TOKENS positions in all layers. Pages come as positions are used, so a long
 * context costs memory only as far as it is filled. Within a page and layer keys lie position after position, each with
 * all key/value heads side by side; values likewise.
 */
/** Keys (rotated) and values of one sequence, float16. Not thread-safe. */
final class KvCache implements AutoCloseable {
  static final int PAGE_TOKENS = 64;

  private final Architecture architecture;
  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[][] keys;
  private final MemorySegment[][] values;
  private int pages;

  KvCache(Architecture architecture, int capacity) {
    this.architecture = architecture;
    this.capacity = capacity;
    int maxPages = (capacity + PAGE_TOKENS - 1) / PAGE_TOKENS;
    this.keys = new MemorySegment[architecture.layers()][maxPages];
    this.values = new MemorySegment[architecture.layers()][maxPages];
  }

  /** Bytes of keys and values of {@code tokens} positions. */
  static long bytes(Architecture a, long tokens) {
    long roundedUp = (tokens + PAGE_TOKENS - 1) / PAGE_TOKENS * PAGE_TOKENS;
    return roundedUp * a.layers() * 2L * a.keyValueWidth() * Short.BYTES;
  }

  int capacity() {
    return capacity;
  }

  /** Makes room for positions below {@code length}. */
  void reserve(int length) {
    if (length > capacity) {
      throw new IllegalArgumentException("length must be at most " + capacity + ": " + length);
    }
    long layerBytes = (long) PAGE_TOKENS * architecture.keyValueWidth() * Short.BYTES;
    while (pages * PAGE_TOKENS < length) {
      MemorySegment page = arena.allocate(2 * layerBytes * architecture.layers(), 64);
      for (int layer = 0; layer < architecture.layers(); layer++) {
        keys[layer][pages] = page.asSlice(2 * layer * layerBytes, layerBytes);
        values[layer][pages] = page.asSlice((2 * layer + 1) * layerBytes, layerBytes);
      }
      pages++;
    }
  }

  MemorySegment keyPage(int layer, int position) {
    return keys[layer][position / PAGE_TOKENS];
  }

  MemorySegment valuePage(int layer, int position) {
    return values[layer][position / PAGE_TOKENS];
  }

  /** Element of a page at which a position's vectors start. */
  long elementOf(int position) {
    return (long) (position % PAGE_TOKENS) * architecture.keyValueWidth();
  }

  /** Points {@code head} at one key/value head of one layer. */
  void view(int layer, int keyValueHead, CachedHead head) {
    head.keyPages = keys[layer];
    head.valuePages = values[layer];
    head.pageTokens = PAGE_TOKENS;
    head.stride = architecture.keyValueWidth();
    head.headOffset = keyValueHead * architecture.headSize();
    head.headSize = architecture.headSize();
  }

  /**
   * Moves positions {@code [from, length)} down by {@code discard}, turning the keys back by as
   * many positions. What they know of the discarded tokens through earlier layers stays, as in
   * llama.cpp's context shift.
   */
  void shift(int from, int length, int discard) {
    RopeScaling rope = architecture.rope();
    int half = rope.rotated() / 2;
    float[] cos = new float[half];
    float[] sin = new float[half];
    for (int i = 0; i < half; i++) {
      cos[i] = (float) Math.cos(-discard * rope.angles()[i]);
      sin[i] = (float) Math.sin(-discard * rope.angles()[i]);
    }
    int width = architecture.keyValueWidth();
    short[] key = new short[width];
    for (int layer = 0; layer < architecture.layers(); layer++) {
      for (int p = from; p < length; p++) {
        long source = elementOf(p) * Short.BYTES;
        long target = elementOf(p - discard) * Short.BYTES;
        MemorySegment.copy(keyPage(layer, p), JAVA_SHORT, source, key, 0, width);
        for (int head = 0; head < width; head += architecture.headSize()) {
          rotate(key, head, rope, cos, sin);
        }
        MemorySegment.copy(key, 0, keyPage(layer, p - discard), JAVA_SHORT, target, width);
        MemorySegment.copy(
            valuePage(layer, p),
            source,
            valuePage(layer, p - discard),
            target,
            (long) width * Short.BYTES);
      }
    }
  }

  private static void rotate(short[] key, int head, RopeScaling rope, float[] cos, float[] sin) {
    int half = cos.length;
    for (int i = 0; i < half; i++) {
      int first = head + (rope.halves() ? i : 2 * i);
      int second = rope.halves() ? first + half : first + 1;
      float a = Float.float16ToFloat(key[first]);
      float b = Float.float16ToFloat(key[second]);
      key[first] = Float.floatToFloat16(a * cos[i] - b * sin[i]);
      key[second] = Float.floatToFloat16(a * sin[i] + b * cos[i]);
    }
  }

  @Override
  public void close() {
    arena.close();
    for (MemorySegment[] layer : keys) {
      Arrays.fill(layer, MemorySegment.NULL);
    }
    for (MemorySegment[] layer : values) {
      Arrays.fill(layer, MemorySegment.NULL);
    }
  }
}
