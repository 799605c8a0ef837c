package org.blossomlm.model.tokenizer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The working memory of one call of {@code encode}. */
final class Scratch {
  /** Above this many characters or symbols, memory is not kept for the next call. */
  private static final int MOST_KEPT = 1 << 18;

  final Merger merger = new Merger();
  final WordCache cache = new WordCache();
  private char[] text = new char[1024];

  /** The characters of {@code s} in a buffer that may be longer. */
  char[] chars(String s) {
    if (text.length < s.length()) {
      text = new char[s.length() + (s.length() >> 2)];
    }
    s.getChars(0, s.length(), text, 0);
    return text;
  }

  private boolean small() {
    return text.length <= MOST_KEPT && merger.capacity() <= MOST_KEPT;
  }

  /**
   * Lends scratch memory to callers. A pool, not a thread-local: with virtual threads there may be
   * thousands of callers but only as many at work as there are processors.
   */
  static final class Pool {
    private final Queue<Scratch> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int most = Runtime.getRuntime().availableProcessors();

    Scratch take() {
      Scratch scratch = idle.poll();
      if (scratch == null) {
        return new Scratch();
      }
      count.decrementAndGet();
      return scratch;
    }

    void give(Scratch scratch) {
      if (!scratch.small()) {
        return;
      }
      if (count.incrementAndGet() <= most) {
        idle.add(scratch);
      } else {
        count.decrementAndGet();
      }
    }
  }
}
