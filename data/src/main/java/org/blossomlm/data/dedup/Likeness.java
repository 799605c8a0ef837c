package org.blossomlm.data.dedup;

import java.io.Serializable;
import org.blossomlm.data.DataRecord;

/**
 * How alike records are, in moves that many machines can make: each record gives what it is
 * compared by, and a sketch of that; records with the same identity belong together, and so do
 * those that meet in a band and are {@link #similar}. Clusters follow from that alone, so that it
 * does not matter who finds them in which order.
 */
public interface Likeness {
  /** A record meets at most so many of those before it that are in the same band. */
  int NEIGHBOURS = 8;

  /** What records are compared by; something without content where a record is in no cluster. */
  Serializable take(DataRecord record);

  /** Of what {@link #take} gave. */
  Sketch sketch(Serializable taken);

  /** Whether two that met belong together. */
  boolean similar(Serializable a, Serializable b);

  /** How alike two of a cluster are, 0 to 1. */
  double degree(Serializable a, Serializable b);

  /**
   * Where a record meets others.
   *
   * @param isEmpty whether it meets nobody
   * @param identity the same for records that are the same
   * @param bands records that agree in one of them, at the same place, meet
   */
  record Sketch(boolean isEmpty, long identity, long[] bands) {
    static final Sketch EMPTY = new Sketch(true, 0, new long[0]);
  }
}
