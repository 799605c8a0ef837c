package org.blossomlm.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A page is in one of three states. Held by sequences, and unknown: private, its one holder writes to it. Held, and known
 * to the prefix tree: shared, nobody writes to it any more. Known but held by nobody: kept, so that a later prompt with
 * the same beginning need not compute it again, until its memory is needed. A page that is neither held nor known does
 * not exist: its memory goes back at once.
 *
 * A sequence that holds a known page holds all pages before it, and lets go of its pages from the last to the first. So
 * among the kept pages one that follows another has always been unused for longer, and taking the oldest never leaves
 * pages behind that no prompt could reach.
 */
/**
 * The memory of all KV caches of a model: pages under one budget, counted, shared by sequences with
 * equal prefixes, and kept for later ones. Thread-safe.
 */
final class KvPagePool implements AutoCloseable {
  private final KvLayout layout;
  private final int capacity;
  private final PrefixTree tree = new PrefixTree();
  private final FreedMemory freed = new FreedMemory();

  private int allocated;
  private int kept;
  private @Nullable KvPage oldest;
  private @Nullable KvPage newest;
  private boolean closed;

  /**
   * @param budget bytes that pages may take together
   */
  KvPagePool(KvLayout layout, long budget) {
    this.layout = layout;
    this.capacity = (int) Math.min(Integer.MAX_VALUE, budget / layout.pageBytes());
  }

  KvLayout layout() {
    return layout;
  }

  /** Pages that fit into the budget. */
  int capacity() {
    return capacity;
  }

  /** Pages that can be had now: those not allocated and those that nobody holds. */
  synchronized int available() {
    return capacity - allocated + kept;
  }

  /** Pages allocated now, held or kept. */
  synchronized int allocated() {
    return allocated;
  }

  /** Pages that nobody holds, kept for prompts that begin like them. */
  synchronized int kept() {
    return kept;
  }

  /** The error of a sequence that finds no page. */
  OutOfMemoryException exhausted() {
    return new OutOfMemoryException(
        ("the KV cache is full: other sequences hold the %d pages of %d tokens that its budget of %d"
                + " MiB allows; close sessions that are not used, or load the model with a larger KV"
                + " cache")
            .formatted(capacity, KvLayout.PAGE_TOKENS, (capacity * layout.pageBytes()) >> 20));
  }

  /** A private page with undefined content; null if sequences hold all that the budget allows. */
  synchronized @Nullable KvPage take() {
    if (allocated < capacity) {
      allocated++;
      return new KvPage(layout.pageBytes());
    }
    KvPage page = oldest;
    if (page == null) {
      return null;
    }
    unlink(page);
    forget(page);
    page.references = 1;
    return page;
  }

  /**
   * A private page for the holder of {@code shared} to write to: a new one, which still lacks the
   * content, or the page itself if it need not be shared any longer. Null if there is none.
   */
  synchronized @Nullable KvPage takeInsteadOf(KvPage shared) {
    KvPage page = take();
    if (page != null) {
      return page;
    }
    if (shared.references == 1) {
      forget(shared);
      return shared;
    }
    return null;
  }

  /**
   * Adds pages that hold the beginning of {@code tokens[from, to)} to {@code found}, which follow
   * {@code previous}; the caller holds them from now on. Of the last one possibly only the first
   * tokens are those asked for.
   *
   * @param previous a known page that the caller holds; null if {@code from} is 0
   * @return how many tokens were found
   */
  synchronized int find(
      @Nullable KvPage previous, int[] tokens, int from, int to, List<KvPage> found) {
    KvPage page = previous == null ? tree.root() : previous;
    int position = from;
    while (position < to) {
      page = PrefixTree.closest(page, tokens, position, to);
      if (page == null) {
        break;
      }
      hold(page);
      found.add(page);
      int common = PrefixTree.common(page, tokens, position, to);
      position += common;
      if (common < KvLayout.PAGE_TOKENS) {
        break;
      }
    }
    return position - from;
  }

  /** Pages of {@link #available} that a sequence of {@code tokens[0, to)} would take. */
  synchronized int missing(int[] tokens, int to) {
    int missing = KvLayout.pages(to);
    KvPage page = tree.root();
    for (int from = 0; from < to; from += KvLayout.PAGE_TOKENS) {
      page = PrefixTree.closest(page, tokens, from, to);
      if (page == null || page.references == 0) {
        break; // Followers of a page that nobody holds are held by nobody.
      }
      missing--;
    }
    return missing;
  }

  /**
   * Makes a private page known as that of {@code tokens[from, to)} after {@code previous}. If that
   * is known already the holder gets the known page in exchange, which has the same content.
   *
   * @param previous a known page that the caller holds; null if {@code from} is 0
   * @return the page that the caller holds now
   */
  synchronized KvPage publish(
      @Nullable KvPage previous, KvPage page, int[] tokens, int from, int to) {
    KvPage parent = previous == null ? tree.root() : previous;
    KvPage twin = PrefixTree.closest(parent, tokens, from, to);
    if (twin != null) {
      int common = PrefixTree.common(twin, tokens, from, to);
      if (common == to - from) {
        hold(twin);
        free(page);
        return twin;
      }
      boolean superseded = twin.references == 0 && common == twin.tokens.length;
      if (superseded) {
        unlink(twin);
        forget(twin);
        free(twin);
      }
    }
    PrefixTree.insert(parent, page, tokens, from, to);
    return page;
  }

  private void hold(KvPage known) {
    if (known.references++ == 0) {
      unlink(known);
    }
  }

  /** Ends one holding of a page. */
  synchronized void release(KvPage page) {
    if (--page.references > 0) {
      return;
    }
    if (page.known() && !closed) {
      link(page);
    } else {
      forget(page);
      free(page);
    }
  }

  /** Takes a page and all that follow it out of the tree. */
  private void forget(KvPage page) {
    List<KvPage> followers = new ArrayList<>(page.children);
    for (KvPage follower : followers) {
      forget(follower);
      if (follower.references == 0) {
        unlink(follower);
        free(follower);
      }
    }
    PrefixTree.remove(page);
  }

  private void free(KvPage page) {
    page.free();
    allocated--;
    freed.add(layout.pageBytes());
    if (allocated == 0) {
      freed.giveBack();
    }
  }

  private void link(KvPage page) {
    kept++;
    page.older = newest;
    page.newer = null;
    if (newest == null) {
      oldest = page;
    } else {
      newest.newer = page;
    }
    newest = page;
  }

  private void unlink(KvPage page) {
    kept--;
    KvPage before = page.older;
    KvPage after = page.newer;
    if (before == null) {
      oldest = after;
    } else {
      before.newer = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.older = before;
    }
    page.older = null;
    page.newer = null;
  }

  /** Frees the pages that nobody holds; those that are held go when they are released. */
  @Override
  public synchronized void close() {
    closed = true;
    for (KvPage page = oldest; page != null; page = oldest) {
      unlink(page);
      forget(page);
      free(page);
    }
  }
}
