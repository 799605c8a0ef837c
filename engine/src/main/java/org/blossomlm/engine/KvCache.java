package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.blossomlm.engine.kernels.AttentionTask;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;

/*
 * A page holds the keys and values of PAGE_TOKENS positions in all layers, one layer after the other, its keys before its
 * values. Pages come as positions are used, so a long context costs memory only as far as it is filled. Within a page and
 * layer keys lie position after position, each with all key/value heads side by side; values likewise.
 */
/** Keys (rotated) and values of one sequence. Not thread-safe. */
final class KvCache implements AutoCloseable {
  static final int PAGE_TOKENS = 64;

  private final Architecture architecture;
  private final KvType type;
  private final int capacity;
  private final long rowBytes;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] pages;
  private final MemorySegment pageTable;
  private int allocated;

  KvCache(Architecture architecture, KvType type, int capacity) {
    this.architecture = architecture;
    this.type = type;
    this.capacity = capacity;
    this.rowBytes = type.bytes(architecture.keyValueWidth());
    this.pages = new MemorySegment[pages(capacity)];
    this.pageTable = arena.allocate(JAVA_LONG, pages.length);
  }

  private static int pages(long tokens) {
    return (int) ((tokens + PAGE_TOKENS - 1) / PAGE_TOKENS);
  }

  /** Bytes of keys and values of {@code tokens} positions. */
  static long bytes(Architecture a, KvType type, long tokens) {
    return pages(tokens) * pageBytes(a, type);
  }

  private static long pageBytes(Architecture a, KvType type) {
    return 2L * PAGE_TOKENS * a.layers() * type.bytes(a.keyValueWidth());
  }

  int capacity() {
    return capacity;
  }

  KvType type() {
    return type;
  }

  /** Makes room for positions below {@code length}. */
  void reserve(int length) {
    if (length > capacity) {
      throw new IllegalArgumentException("length must be at most " + capacity + ": " + length);
    }
    for (; allocated * PAGE_TOKENS < length; allocated++) {
      MemorySegment page = arena.allocate(pageBytes(architecture, type), 64);
      pages[allocated] = page;
      pageTable.setAtIndex(JAVA_LONG, allocated, page.address());
    }
  }

  MemorySegment page(int position) {
    return pages[position / PAGE_TOKENS];
  }

  /** Byte of its page at which a position's keys in a layer start. */
  long keyAt(int layer, int position) {
    return (2L * layer * PAGE_TOKENS + position % PAGE_TOKENS) * rowBytes;
  }

  /** Byte of its page at which a position's values in a layer start. */
  long valueAt(int layer, int position) {
    return keyAt(layer, position) + PAGE_TOKENS * rowBytes;
  }

  /** Points {@code task} at one key/value head of one layer. */
  void view(int layer, int keyValueHead, AttentionTask task) {
    long head = type.bytes(keyValueHead * architecture.headSize());
    task.pages = pages;
    task.pageTable = pageTable;
    task.pageTokens = PAGE_TOKENS;
    task.type = type;
    task.keyOffset = keyAt(layer, 0) + head;
    task.valueOffset = valueAt(layer, 0) + head;
    task.rowBytes = rowBytes;
  }

  /**
   * Moves positions {@code [from, length)} down by {@code discard}, turning the keys back by as
   * many positions. What they know of the discarded tokens through earlier layers stays, as in
   * llama.cpp's context shift.
   */
  void shift(int from, int length, int discard, Kernels kernels) {
    RopeScaling rope = architecture.rope();
    int half = rope.rotated() / 2;
    float[] cos = new float[half];
    float[] sin = new float[half];
    for (int i = 0; i < half; i++) {
      cos[i] = (float) Math.cos(-discard * rope.angles()[i]);
      sin[i] = (float) Math.sin(-discard * rope.angles()[i]);
    }
    int width = architecture.keyValueWidth();
    float[] key = new float[width];
    try (Arena local = Arena.ofConfined()) {
      MemorySegment turned = local.allocate(4L * width, 64);
      for (int layer = 0; layer < architecture.layers(); layer++) {
        for (int p = from; p < length; p++) {
          int q = p - discard;
          type.load(page(p), keyAt(layer, p), key, width);
          for (int head = 0; head < width; head += architecture.headSize()) {
            rotate(key, head, rope, cos, sin);
          }
          MemorySegment.copy(key, 0, turned, JAVA_FLOAT, 0, width);
          kernels.store(type, turned, 0, page(q), keyAt(layer, q), width);
          MemorySegment.copy(page(p), valueAt(layer, p), page(q), valueAt(layer, q), rowBytes);
        }
      }
    }
  }

  private static void rotate(float[] key, int head, RopeScaling rope, float[] cos, float[] sin) {
    int half = cos.length;
    for (int i = 0; i < half; i++) {
      int first = head + (rope.halves() ? i : 2 * i);
      int second = rope.halves() ? first + half : first + 1;
      float a = key[first];
      float b = key[second];
      key[first] = a * cos[i] - b * sin[i];
      key[second] = a * sin[i] + b * cos[i];
    }
  }

  @Override
  public void close() {
    arena.close();
    Arrays.fill(pages, MemorySegment.NULL);
  }
}
