package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of {@link KvLayout#PAGE_TOKENS} positions, and its place in the tree of known
 * prefixes once it has one. Everything but the memory belongs to the {@link KvPagePool} and is read
 * and written under its lock.
 */
final class KvPage {
  private final Arena arena = Arena.ofShared();
  final MemorySegment memory;

  /** Sequences that hold the page. */
  int references = 1;

  /** The page before it in the tree; the tree's root for the first one, null outside the tree. */
  @Nullable KvPage parent;

  /** The tokens whose keys and values the page holds, if it is in the tree. */
  int[] tokens = {};

  /** Pages that follow in the tree. */
  final List<KvPage> children = new ArrayList<>();

  /** Neighbours among the pages that nobody holds, the one unused for longest first. */
  @Nullable KvPage older;

  @Nullable KvPage newer;

  /** A page outside the tree, held once; of no bytes for the root of a tree. */
  KvPage(long bytes) {
    memory = arena.allocate(bytes, 64);
  }

  boolean known() {
    return parent != null;
  }

  void free() {
    arena.close();
  }
}
