package org.blossomlm.data.dedup;

import org.blossomlm.data.DataRecord;

/**
 * How alike two records are, and which pairs are worth a look.
 *
 * @param <E> what is taken from a record, in the reader's thread
 * @param <F> what two records are compared by; made in any thread
 */
interface Similarity<E, F> {
  /** What is needed of a record; a failed one, or one without content, gives something empty. */
  E take(DataRecord record);

  /** About how many times eight bytes {@code taken} has. */
  long weight(E taken);

  F features(E taken);

  /** What is kept of {@code taken} to find candidates; made in any thread. */
  Sketch sketch(E taken);

  /**
   * What the first pass makes of a record.
   *
   * @param identity the same number for records that are the same; 64 bits, so that others share it
   *     by accident
   * @param bands records that agree in one of these, at the same place, become candidates
   * @param size about how many times eight bytes the features have; 0 where there is nothing to
   *     compare
   */
  record Sketch(long identity, long[] bands, int size) {
    static final Sketch EMPTY = new Sketch(0, new long[0], 0);
  }

  /** How many bands there are. */
  int bandCount();

  /** Whether two candidates belong together. */
  boolean similar(F a, F b);

  /** How alike they are, 0 to 1; what {@link #similar} compares with its threshold. */
  double likeness(F a, F b);
}
