package org.blossomlm.train.report;

/**
 * A checkpoint that is there.
 *
 * @param name of its folder
 * @param bytes of its files
 * @param best whether no other had a lower loss on what is held out
 */
public record SavedCheckpoint(String name, long step, long bytes, boolean best) {}
