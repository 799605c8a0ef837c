package org.blossomlm.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * Keys and values of a position depend on all tokens up to it, so a page is known by its tokens and by the page before
 * it: a tree, as in SGLang's RadixAttention (Zheng et al. 2023), whose edges have a page's length as in vLLM. Tokens are
 * compared, never hashes of them: a collision would answer one user with the context of another.
 *
 * Only the last page of a sequence may hold fewer tokens than fit, and it has no children.
 */
/** Which pages hold which prefixes. Not thread-safe: its pool's lock guards it. */
final class PrefixTree {
  private final KvPage root = new KvPage(0);

  KvPage root() {
    return root;
  }

  /**
   * The child of {@code parent} that shares the most tokens with {@code tokens} from {@code from}
   * on; null if none shares any.
   */
  static @Nullable KvPage closest(KvPage parent, int[] tokens, int from, int to) {
    KvPage best = null;
    int most = 0;
    for (KvPage child : parent.children) {
      int common = common(child, tokens, from, to);
      if (common > most) {
        best = child;
        most = common;
      }
    }
    return best;
  }

  /** How many of a page's tokens are those of {@code tokens} from {@code from} on. */
  static int common(KvPage page, int[] tokens, int from, int to) {
    int length = Math.min(page.tokens.length, to - from);
    int difference = Arrays.mismatch(page.tokens, 0, length, tokens, from, from + length);
    return difference < 0 ? length : difference;
  }

  static void insert(KvPage parent, KvPage page, int[] tokens, int from, int to) {
    page.parent = parent;
    page.tokens = Arrays.copyOfRange(tokens, from, to);
    parent.children.add(page);
  }

  /** Takes a page without children out of the tree. */
  static void remove(KvPage page) {
    KvPage parent = page.parent;
    if (parent != null) {
      parent.children.remove(page);
      page.parent = null;
    }
  }
}
