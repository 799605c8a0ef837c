package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;

/**
 * One key/value head of one layer in a paged cache, as attention reads it. Mutable so that no
 * object is made per token; each worker fills its own.
 */
public final class CachedHead {
  /**
   * Page {@code i} holds the keys of positions {@code [i · pageTokens, (i+1) · pageTokens)},
   * float16.
   */
  public MemorySegment[] keyPages = {};

  /** The values, in the same way. */
  public MemorySegment[] valuePages = {};

  /** Positions per page. */
  public int pageTokens;

  /** Elements from one position's vector to the next one's within a page. */
  public int stride;

  /** Element at which this head starts within a position's vector. */
  public int headOffset;

  /** Elements of the head. */
  public int headSize;
}
