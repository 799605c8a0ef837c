package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Attention of a few consecutive tokens of one sequence, for the query heads that share one
 * key/value head, over a span of cached positions. Mutable so that no object is made per token;
 * each worker fills its own.
 *
 * <p>Token {@code t} sees the positions {@code [from, min(to, firstPosition + t + 1))}.
 */
public final class AttentionTask {
  /** Floats of a partial result beside the head's sums: its maximum and its total. */
  public static final int PARTIAL_EXTRA = 2;

  /**
   * Query vectors, float32: head {@code h} of token {@code t} starts at element {@code queryOffset
   * + t · tokenStride + h · headSize}.
   */
  public MemorySegment query = MemorySegment.NULL;

  public long queryOffset;
  public long tokenStride;
  public int tokens;

  /** Query heads that share the key/value head. */
  public int group;

  public int headSize;

  /** Position of the first token. */
  public int firstPosition;

  public int from;
  public int to;

  /** Factor of the products of queries and keys. */
  public float scale;

  /** Page {@code i} holds the positions {@code [i · pageTokens, (i+1) · pageTokens)}. */
  public MemorySegment[] pages = {};

  /** The addresses of {@link #pages}, eight bytes each. */
  public MemorySegment pageTable = MemorySegment.NULL;

  public int pageTokens;
  public KvType type = KvType.F16;

  /** Byte of a page at which the first position's keys of this layer and head start. */
  public long keyOffset;

  /** The same of the values. */
  public long valueOffset;

  /** Bytes from one position's keys (or values) to the next one's. */
  public long rowBytes;

  /**
   * Where results go, from element {@link #partialOffset}: for each token and head of the group
   * {@code headSize} sums {@code Σ exp(s_p - max) · v_p}, the maximum of the scores {@code s_p},
   * and the total {@code Σ exp(s_p - max)}. A token that sees no position of the span has a total
   * of 0 and a maximum of minus infinity.
   */
  public MemorySegment partial = MemorySegment.NULL;

  public long partialOffset;

  /** Positions that token {@code t} sees end here. */
  int end(int t) {
    return Math.max(from, Math.min(to, firstPosition + t + 1));
  }

  /** Byte of its page at which the keys of position {@code p} start. */
  long keyAt(int p) {
    return keyOffset + (p % pageTokens) * rowBytes;
  }

  /** Byte of its page at which the values of position {@code p} start. */
  long valueAt(int p) {
    return valueOffset + (p % pageTokens) * rowBytes;
  }

  MemorySegment page(int p) {
    return pages[p / pageTokens];
  }

  /** Floats of one head's partial result. */
  public int partialSize() {
    return headSize + PARTIAL_EXTRA;
  }
}
