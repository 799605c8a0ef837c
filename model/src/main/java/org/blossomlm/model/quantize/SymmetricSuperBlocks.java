package org.blossomlm.model.quantize;

import org.jspecify.annotations.Nullable;

/**
 * Q3_K, Q6_K and IQ4_XS: {@code x ≈ (d * scale) * q} with one half-precision d for 256 weights and
 * a signed integer scale for each of their groups.
 *
 * <p>The scales that {@link SymmetricSearch} found are rounded to multiples of d; then, in turns,
 * groups try the neighbours of theirs and d is solved for by least squares.
 */
final class SymmetricSuperBlocks implements BlockCoder {
  private static final int BLOCK = 256;
  private static final int ROUNDS = 2;

  private final Grid grid;
  private final int lowest;
  private final int blockBytes;
  private final Packing packing;
  private final Lanes lanes;
  private final SymmetricSearch search;
  private final int groups;

  private final int[] scales = new int[Lanes.CAPACITY];
  private final int[] tried = new int[Lanes.CAPACITY];
  private final float[] error = new float[Lanes.CAPACITY];
  private final float[] inverse = new float[Lanes.CAPACITY];
  private final float[] d;
  private final byte[] q = new byte[BLOCK];

  /** Writes one block; q holds the codes of the grid. */
  @FunctionalInterface
  interface Packing {
    void pack(short d, int[] scales, int firstGroup, byte[] q, byte[] to, int at);
  }

  private SymmetricSuperBlocks(int group, Grid grid, int lowest, int blockBytes, Packing packing) {
    this.grid = grid;
    this.lowest = lowest;
    this.blockBytes = blockBytes;
    this.packing = packing;
    this.lanes = new Lanes(group);
    this.search = new SymmetricSearch(lanes, grid);
    this.groups = BLOCK / group;
    this.d = new float[Lanes.CAPACITY / groups];
  }

  static SymmetricSuperBlocks q3k() {
    return new SymmetricSuperBlocks(16, Grid.Integers.around(4), -32, 110, SuperBlockPacking::q3_k);
  }

  static SymmetricSuperBlocks q6k() {
    return new SymmetricSuperBlocks(
        16, Grid.Integers.around(32), -128, 210, SuperBlockPacking::q6_k);
  }

  static SymmetricSuperBlocks iq4xs() {
    return new SymmetricSuperBlocks(32, new Grid.Iq4(), -32, 136, SuperBlockPacking::iq4_xs);
  }

  @Override
  public void encode(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    int step = Lanes.CAPACITY * lanes.group;
    for (int done = 0; done < count; done += step) {
      int now = Math.min(step, count - done);
      lanes.load(weights, from + done, now / lanes.group, importance, BLOCK);
      search.search();
      fit();
      for (int block = 0; block < now / BLOCK; block++) {
        write(weights, from + done + block * BLOCK, block, target, at);
        at += blockBytes;
      }
    }
  }

  private void fit() {
    for (int block = 0; block < d.length; block++) {
      float largest = 0;
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        if (Math.abs(search.scale[lane]) > Math.abs(largest)) {
          largest = search.scale[lane];
        }
      }
      d[block] = Half.round(largest / lowest);
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        scales[lane] = d[block] == 0 ? 0 : clamp((int) Lanes.round(search.scale[lane] / d[block]));
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      neighbours();
      solve();
    }
    neighbours();
  }

  private void neighbours() {
    attempt(0, true);
    attempt(1, false);
    attempt(-1, false);
  }

  private int clamp(int scale) {
    return Math.clamp(scale, lowest, -lowest - 1);
  }

  private void attempt(int step, boolean always) {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      tried[lane] = clamp(scales[lane] + step);
    }
    sum(tried);
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float slope = d[lane / groups] * tried[lane];
      float rest =
          lanes.sumXx[lane] - 2 * slope * lanes.sumQx[lane] + slope * slope * lanes.sumQq[lane];
      if (always || rest < error[lane]) {
        error[lane] = rest;
        scales[lane] = tried[lane];
      }
    }
  }

  private void sum(int[] ofScales) {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float slope = d[lane / groups] * ofScales[lane];
      inverse[lane] = slope != 0 ? 1 / slope : 0;
    }
    grid.accumulate(lanes, inverse);
  }

  /** Solves for d of each block, all integers held. */
  private void solve() {
    sum(scales);
    for (int block = 0; block < d.length; block++) {
      double square = 0;
      double product = 0;
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        double scale = scales[lane];
        square += scale * scale * lanes.sumQq[lane];
        product += scale * lanes.sumQx[lane];
      }
      if (square > 0) {
        d[block] = Half.round((float) (product / square));
      }
    }
  }

  private void write(float[] weights, int from, int block, byte[] target, int at) {
    for (int part = 0; part < groups; part++) {
      float slope = d[block] * scales[block * groups + part];
      float unit = slope != 0 ? 1 / slope : 0;
      for (int i = part * lanes.group; i < (part + 1) * lanes.group; i++) {
        q[i] = (byte) grid.code(weights[from + i] * unit);
      }
    }
    packing.pack(Half.of(d[block]), scales, block * groups, q, target, at);
  }
}
