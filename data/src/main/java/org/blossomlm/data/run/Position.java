package org.blossomlm.data.run;

/**
 * How far the input of a stage has been read.
 *
 * @param part which of the inputs
 * @param at of a stage's file the byte after the last line; of a source the records that were read
 * @param taken of a source, the records that its sample and limit let through
 */
record Position(int part, long at, long taken) {
  static final Position START = new Position(0, 0, 0);
}
