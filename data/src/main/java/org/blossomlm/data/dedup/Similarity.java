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

  /** Whether there is anything to compare. */
  boolean isEmpty(F features);

  /** About how many times eight bytes {@code features} have. */
  int size(F features);

  /**
   * The same number for records that are the same; 64 bits, so that others share it by accident.
   */
  long identity(F features);

  /** Records that agree in one of these, at the same place, become candidates. */
  long[] bands(F features);

  /** How many bands there are. */
  int bandCount();

  /** Whether two candidates belong together. */
  boolean similar(F a, F b);

  /** How alike they are, 0 to 1; what {@link #similar} compares with its threshold. */
  double likeness(F a, F b);
}
