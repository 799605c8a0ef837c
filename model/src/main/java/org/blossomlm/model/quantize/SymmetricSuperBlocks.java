package org.blossomlm.model.quantize;

/**
 * Q3_K, Q6_K and IQ4_XS: {@code x ≈ (d * scale) * q} with one half-precision d for 256 weights and
 * a signed integer scale for each of their groups.
 *
 * <p>What each group would like is found by {@link SymmetricSearch}.
 */
final class SymmetricSuperBlocks extends SearchedSuperBlocks {
  private final Grid grid;
  private final int lowest;
  private final Packing packing;
  private final SymmetricSearch search;

  private final int[] tried = new int[Lanes.CAPACITY];

  /** Writes one block; q holds the codes of the grid. */
  @FunctionalInterface
  interface Packing {
    void pack(short d, int[] scales, int firstGroup, byte[] q, byte[] to, int at);
  }

  private SymmetricSuperBlocks(int group, Grid grid, int lowest, int blockBytes, Packing packing) {
    super(group, blockBytes);
    this.grid = grid;
    this.lowest = lowest;
    this.packing = packing;
    this.search = new SymmetricSearch(lanes, grid);
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
  void search() {
    search.search();
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
  }

  @Override
  void neighbours() {
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

  @Override
  void solve() {
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

  @Override
  void write(float[] weights, int from, int block, byte[] target, int at) {
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
