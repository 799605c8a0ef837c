package org.blossomlm.data.view;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The records of one file, read from any place on. Safe for several threads. */
interface Records extends AutoCloseable {
  /**
   * Reads on from a place.
   *
   * @param at from 1
   */
  Cursor from(long at) throws IOException;

  /** Counts all records, or until {@code stopped}; to be called once, in the background. */
  void index(BooleanSupplier stopped) throws IOException;

  /** Places found so far. */
  long known();

  /** Whether all places have been found. */
  boolean complete();

  /** How much is indexed, 0 to 1; negative where that is not known. */
  double fraction();

  @Override
  default void close() {}

  /** Reads one place after the other. For one thread. */
  interface Cursor extends AutoCloseable {
    /** Goes to the next place; false at the end. */
    boolean advance() throws IOException;

    /** What stands there; nothing where it is blank, or was not wanted. */
    Optional<Entry> entry();

    /**
     * Tells which lines are worth reading as records, where lines can be told apart before that.
     */
    default void only(Predicate<byte[]> lines) {}

    /** The place to which {@link #advance} goes next. */
    long position();

    @Override
    void close();
  }
}
