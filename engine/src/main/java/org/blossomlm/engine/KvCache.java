package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.blossomlm.engine.KvLayout.PAGE_TOKENS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.blossomlm.engine.kernels.AttentionTask;
import org.blossomlm.engine.kernels.Kernels;

/*
 * The first `shared` pages are known to the pool's prefix tree and may be read by others too; those after them are
 * private. A page becomes shared when it is full, and a private copy takes its place when this sequence wants to write to
 * it again. Pages are shared only as far as their content is what computing the tokens from an empty context gives: what
 * a context shift has touched is not.
 */
/** The tokens of one sequence, with their keys (rotated) and values. Not thread-safe. */
final class KvCache implements AutoCloseable {
  private final Architecture architecture;
  private final KvPagePool pool;
  private final KvLayout layout;
  private final int capacity;
  private final KvPage[] held;
  private final MemorySegment[] pages;
  private final MemorySegment pageTable;
  private final List<KvPage> found = new ArrayList<>();
  private int heldCount;
  private int shared;
  private int[] tokens = new int[256];
  private int length;

  /** Tokens whose keys and values are those of the tokens before them, never shifted. */
  private int exact;

  /**
   * @param capacity tokens the sequence can hold
   */
  KvCache(Architecture architecture, KvPagePool pool, int capacity) {
    this.architecture = architecture;
    this.pool = pool;
    this.layout = pool.layout();
    this.capacity = capacity;
    int most = KvLayout.pages(capacity);
    this.held = new KvPage[most];
    this.pages = new MemorySegment[most];
    this.pageTable = Arena.ofAuto().allocate(JAVA_LONG, most);
  }

  int capacity() {
    return capacity;
  }

  int length() {
    return length;
  }

  int tokenAt(int position) {
    if (position >= length) {
      throw new IndexOutOfBoundsException(position);
    }
    return tokens[position];
  }

  /** Pages held now. */
  int pageCount() {
    return heldCount;
  }

  /**
   * Makes room for positions below {@code end}.
   *
   * @throws OutOfMemoryException if the pool has no page for them
   */
  void reserve(int end) {
    if (end > capacity) {
      throw new IllegalArgumentException("end must be at most " + capacity + ": " + end);
    }
    if (reservable(end) < end) {
      throw pool.exhausted();
    }
  }

  /**
   * Makes room for as many positions below {@code end} as there are pages for; returns their end.
   */
  int reservable(int end) {
    if (end <= length) {
      return end;
    }
    if (shared * PAGE_TOKENS > length && !makePrivate(shared - 1)) {
      return length;
    }
    while (heldCount * PAGE_TOKENS < end) {
      KvPage page = pool.take();
      if (page == null) {
        return heldCount * PAGE_TOKENS;
      }
      hold(heldCount, page);
    }
    return end;
  }

  private void hold(int index, KvPage page) {
    held[index] = page;
    pages[index] = page.memory;
    pageTable.setAtIndex(JAVA_LONG, index, page.memory.address());
    heldCount = Math.max(heldCount, index + 1);
  }

  /** Replaces the last shared page by a private one of the same content; false if there is none. */
  private boolean makePrivate(int index) {
    KvPage old = held[index];
    KvPage page = pool.takeInsteadOf(old);
    if (page == null) {
      return false;
    }
    if (page != old) {
      copy(old.memory, page.memory, Math.min(PAGE_TOKENS, length - index * PAGE_TOKENS));
      hold(index, page);
      pool.release(old);
    }
    shared = index;
    return true;
  }

  private void copy(MemorySegment from, MemorySegment to, int rows) {
    long bytes = rows * layout.vectorBytes();
    for (int layer = 0; layer < layout.layers(); layer++) {
      for (int head = 0; head < layout.heads(); head++) {
        long keys = layout.keyAt(layer, head, 0);
        long values = layout.valueAt(layer, head, 0);
        MemorySegment.copy(from, keys, to, keys, bytes);
        MemorySegment.copy(from, values, to, values, bytes);
      }
    }
  }

  /** Takes over tokens {@code [from, to)} of {@code source}, whose keys and values were stored. */
  void append(int[] source, int from, int to) {
    int count = to - from;
    record(source, from, length, count);
    if (exact == length) {
      exact += count;
    }
    length += count;
  }

  private void record(int[] source, int from, int at, int count) {
    if (tokens.length < at + count) {
      tokens = Arrays.copyOf(tokens, Math.max(at + count, 2 * tokens.length));
    }
    System.arraycopy(source, from, tokens, at, count);
  }

  void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException(
          "new length must lie in [0, " + length + "]: " + newLength);
    }
    length = newLength;
    exact = Math.min(exact, length);
    int needed = KvLayout.pages(length);
    while (heldCount > needed) {
      releaseLast();
    }
  }

  private void releaseLast() {
    heldCount--;
    pool.release(held[heldCount]);
    shared = Math.min(shared, heldCount);
  }

  /**
   * Makes the sequence hold as many of the first {@code to} tokens of {@code wanted} as this one or
   * another has computed, and nothing else. Returns how many these are.
   */
  int reuse(int[] wanted, int to) {
    publish();
    int common = Math.min(exact, to);
    int difference = Arrays.mismatch(tokens, 0, common, wanted, 0, common);
    if (difference >= 0) {
      common = difference;
    }
    int own = Math.min(shared, common / PAGE_TOKENS);
    int start = own * PAGE_TOKENS;
    found.clear();
    int end = start + pool.find(own == 0 ? null : held[own - 1], wanted, start, to, found);
    if (end <= common) {
      found.reversed().forEach(pool::release);
      truncate(common);
      return common;
    }
    truncate(start);
    for (KvPage page : found) {
      hold(heldCount, page);
    }
    shared = heldCount;
    record(wanted, start, start, end - start);
    length = end;
    exact = end;
    return end;
  }

  /** Lets others share the pages that are full. */
  void publish() {
    while ((shared + 1) * PAGE_TOKENS <= exact) {
      publish(shared, (shared + 1) * PAGE_TOKENS);
    }
  }

  private void publish(int index, int end) {
    KvPage previous = index == 0 ? null : held[index - 1];
    hold(index, pool.publish(previous, held[index], tokens, index * PAGE_TOKENS, end));
    shared = index + 1;
  }

  MemorySegment page(int position) {
    return pages[position / PAGE_TOKENS];
  }

  /**
   * Stores one token's keys and values of one layer: float32, head after head, from element {@code
   * offset} on.
   */
  void store(
      Kernels kernels,
      int layer,
      int position,
      MemorySegment keys,
      MemorySegment values,
      long offset) {
    MemorySegment page = pages[position / PAGE_TOKENS];
    int size = architecture.headSize();
    for (int head = 0; head < layout.heads(); head++, offset += size) {
      long key = layout.keyAt(layer, head, position);
      kernels.store(layout.type(), keys, offset, page, key, size);
      long value = layout.valueAt(layer, head, position);
      kernels.store(layout.type(), values, offset, page, value, size);
    }
  }

  /** Points {@code task} at one key/value head of one layer. */
  void view(int layer, int keyValueHead, AttentionTask task) {
    task.pages = pages;
    task.pageTable = pageTable;
    task.pageTokens = PAGE_TOKENS;
    task.type = layout.type();
    task.keyOffset = layout.keyAt(layer, keyValueHead, 0);
    task.valueOffset = layout.valueAt(layer, keyValueHead, 0);
    task.rowBytes = layout.vectorBytes();
  }

  /**
   * Forgets {@code discard} tokens after the first {@code keep}: later ones move down, their keys
   * turned back by as many positions. What these know of the discarded tokens through earlier
   * layers stays, as in llama.cpp's context shift. Pages that are no longer needed stay for what
   * follows.
   *
   * @throws OutOfMemoryException if pages are shared and the pool has none to replace them by;
   *     nothing was forgotten
   */
  void shift(int keep, int discard, Kernels kernels) {
    publish();
    for (int index = shared - 1; index >= keep / PAGE_TOKENS; index--) {
      if (!makePrivate(index)) {
        throw pool.exhausted();
      }
    }
    KeyRotation rotation = new KeyRotation(architecture, layout, kernels, discard);
    for (int p = keep + discard; p < length; p++) {
      rotation.move(page(p), p, page(p - discard), p - discard);
    }
    System.arraycopy(tokens, keep + discard, tokens, keep, length - keep - discard);
    length -= discard;
    exact = Math.min(exact, keep);
  }

  /** Lets go of all pages. What is known of the tokens is kept for others while there is room. */
  @Override
  public void close() {
    publish();
    boolean tail = exact == length && shared * PAGE_TOKENS < length;
    if (tail) {
      publish(shared, length);
    }
    length = 0;
    exact = 0;
    while (heldCount > 0) {
      releaseLast();
    }
  }
}
