package org.blossomlm.model.quantize;

/**
 * Q2_K, Q4_K and Q5_K: {@code x ≈ (d * scale) * q - dmin * min} with one half-precision d and dmin
 * for 256 weights, and a small integer scale and min for each of their groups.
 *
 * <p>What each group would like is found by {@link AffineSearch}; d and dmin are solved for
 * together.
 */
final class AffineSuperBlocks extends SearchedSuperBlocks {
  /** Steps of (scale, min) that a group tries. */
  private static final int[][] MOVES = {
    {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}
  };

  private final int levels;
  private final int largest;
  private final int moves;
  private final Packing packing;
  private final AffineSearch search;

  private final int[] mins = new int[Lanes.CAPACITY];
  private final float[] offset = new float[Lanes.CAPACITY];
  private final int[] triedScales = new int[Lanes.CAPACITY];
  private final int[] triedMins = new int[Lanes.CAPACITY];
  private final float[] dmin;

  /** Writes one block. */
  @FunctionalInterface
  interface Packing {
    void pack(
        short d, short dmin, int[] scales, int[] mins, int firstGroup, byte[] q, byte[] to, int at);
  }

  private AffineSuperBlocks(
      int group, int levels, int largest, int moves, int blockBytes, Packing packing) {
    super(group, blockBytes);
    this.levels = levels;
    this.largest = largest;
    this.moves = moves;
    this.packing = packing;
    this.search = new AffineSearch(lanes, levels, true);
    this.dmin = new float[d.length];
  }

  static AffineSuperBlocks q2k() {
    return new AffineSuperBlocks(16, 3, 15, 8, 84, SuperBlockPacking::q2_k);
  }

  static AffineSuperBlocks q4k() {
    return new AffineSuperBlocks(32, 15, 63, 4, 144, SuperBlockPacking::q4_k);
  }

  static AffineSuperBlocks q5k() {
    return new AffineSuperBlocks(32, 31, 63, 4, 176, SuperBlockPacking::q5_k);
  }

  @Override
  void search() {
    search.search();
    for (int block = 0; block < d.length; block++) {
      float largestScale = 0;
      float largestMin = 0;
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        largestScale = Math.max(largestScale, search.scale[lane]);
        largestMin = Math.max(largestMin, -search.offset[lane]);
      }
      d[block] = Half.round(largestScale / largest);
      dmin[block] = Half.round(largestMin / largest);
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        scales[lane] = quotient(search.scale[lane], d[block]);
        mins[lane] = quotient(-search.offset[lane], dmin[block]);
      }
    }
  }

  @Override
  void neighbours() {
    attempt(0, 0, true);
    for (int move = 0; move < moves; move++) {
      attempt(MOVES[move][0], MOVES[move][1], false);
    }
  }

  private int quotient(float value, float unit) {
    return unit > 0 ? Math.clamp((int) Lanes.round(value / unit), 0, largest) : 0;
  }

  /** Moves the scales and mins of all groups, and keeps those that come closer. */
  private void attempt(int scaleStep, int minStep, boolean always) {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      triedScales[lane] = Math.clamp(scales[lane] + scaleStep, 0, largest);
      triedMins[lane] = Math.clamp(mins[lane] + minStep, 0, largest);
    }
    sum(triedScales, triedMins);
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float slope = d[lane / groups] * triedScales[lane];
      float intercept = offset[lane];
      float tried =
          lanes.sumXx[lane]
              - 2 * (slope * lanes.sumQx[lane] + intercept * lanes.sumX[lane])
              + slope * slope * lanes.sumQq[lane]
              + 2 * slope * intercept * lanes.sumQ[lane]
              + intercept * intercept * lanes.sumW[lane];
      if (always || tried < error[lane]) {
        error[lane] = tried;
        scales[lane] = triedScales[lane];
        mins[lane] = triedMins[lane];
      }
    }
  }

  private void sum(int[] ofScales, int[] ofMins) {
    for (int lane = 0; lane < Lanes.CAPACITY; lane++) {
      float slope = d[lane / groups] * ofScales[lane];
      inverse[lane] = slope > 0 ? 1 / slope : 0;
      offset[lane] = -dmin[lane / groups] * ofMins[lane];
    }
    lanes.accumulate(inverse, offset, 0, levels);
  }

  @Override
  void solve() {
    sum(scales, mins);
    for (int block = 0; block < d.length; block++) {
      double a11 = 0;
      double a12 = 0;
      double a22 = 0;
      double b1 = 0;
      double b2 = 0;
      for (int lane = block * groups; lane < (block + 1) * groups; lane++) {
        double scale = scales[lane];
        double min = mins[lane];
        a11 += scale * scale * lanes.sumQq[lane];
        a12 -= scale * min * lanes.sumQ[lane];
        a22 += min * min * lanes.sumW[lane];
        b1 += scale * lanes.sumQx[lane];
        b2 -= min * lanes.sumX[lane];
      }
      double determinant = a11 * a22 - a12 * a12;
      if (a22 == 0 && a11 > 0) {
        d[block] = Half.round((float) (b1 / a11));
      } else if (determinant > 1e-9 * a11 * a22) {
        double newD = (b1 * a22 - b2 * a12) / determinant;
        double newMin = (a11 * b2 - a12 * b1) / determinant;
        if (newD > 0 && newMin >= 0) {
          d[block] = Half.round((float) newD);
          dmin[block] = Half.round((float) newMin);
        }
      }
    }
  }

  @Override
  void write(float[] weights, int from, int block, byte[] target, int at) {
    for (int part = 0; part < groups; part++) {
      int lane = block * groups + part;
      float slope = d[block] * scales[lane];
      float unit = slope > 0 ? 1 / slope : 0;
      float shift = -dmin[block] * mins[lane];
      for (int i = part * lanes.group; i < (part + 1) * lanes.group; i++) {
        float scaled = (weights[from + i] - shift) * unit;
        q[i] = (byte) Lanes.round(Math.max(0, Math.min(levels, scaled)));
      }
    }
    packing.pack(
        Half.of(d[block]), Half.of(dmin[block]), scales, mins, block * groups, q, target, at);
  }
}
