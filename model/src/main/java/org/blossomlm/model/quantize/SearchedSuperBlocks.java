package org.blossomlm.model.quantize;

import org.jspecify.annotations.Nullable;

/**
 * Blocks of 256 weights whose groups have small integers as scales, multiples of one half-precision
 * number. What a search would like for each group is rounded to such multiples; that is improved in
 * turns: each group tries the neighbours of its integers, then the common number is solved for by
 * least squares with all integers held.
 */
abstract class SearchedSuperBlocks implements BlockCoder {
  static final int BLOCK = 256;
  private static final int ROUNDS = 2;

  private final int blockBytes;
  final Lanes lanes;

  /** Groups of a block. */
  final int groups;

  /** By group: its scale and the error that it leaves, and what a sum divides by. */
  final int[] scales = new int[Lanes.CAPACITY];

  final float[] error = new float[Lanes.CAPACITY];
  final float[] inverse = new float[Lanes.CAPACITY];

  /** By block: what its scales are multiples of. */
  final float[] d;

  final byte[] q = new byte[BLOCK];

  /**
   * @param group weights of a group
   */
  SearchedSuperBlocks(int group, int blockBytes) {
    this.blockBytes = blockBytes;
    this.lanes = new Lanes(group);
    this.groups = BLOCK / group;
    this.d = new float[Lanes.CAPACITY / groups];
  }

  @Override
  public final void encode(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    int step = Lanes.CAPACITY * lanes.group;
    for (int done = 0; done < count; done += step) {
      int now = Math.min(step, count - done);
      lanes.load(weights, from + done, now / lanes.group, importance, BLOCK);
      search();
      for (int round = 0; round < ROUNDS; round++) {
        neighbours();
        solve();
      }
      neighbours();
      for (int block = 0; block < now / BLOCK; block++) {
        write(weights, from + done + block * BLOCK, block, target, at);
        at += blockBytes;
      }
    }
  }

  /** Finds what each group would like, and rounds it. */
  abstract void search();

  /** Takes neighbours of each group's integers where they come closer. */
  abstract void neighbours();

  /** Solves for the common number of each block, all integers held. */
  abstract void solve();

  /**
   * Writes one block.
   *
   * @param from index of its first weight
   * @param block its place among those that were searched
   */
  abstract void write(float[] weights, int from, int block, byte[] target, int at);
}
