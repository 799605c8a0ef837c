package org.blossomlm.model.quantize;

import org.jspecify.annotations.Nullable;

/**
 * The types whose blocks are 32 weights under one scale. Without importance Q8_0, Q4_0, Q4_1, Q5_0
 * and Q5_1 divide the range of a block evenly, as ggml's reference quantiser does, bit for bit;
 * with importance, and always for IQ4_NL, the scale is searched.
 */
final class SmallBlocks {
  private static final int BLOCK = 32;
  private static final int HALF = 16;

  private SmallBlocks() {}

  /**
   * Q8_0: the largest weight becomes 127. Rounding leaves so little that a search gains nothing.
   */
  static void q80(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    for (int block = from; block < from + count; block += BLOCK, at += 34) {
      float largest = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, Math.abs(weights[block + i]));
      }
      float d = largest / 127;
      float inverse = d != 0 ? 1 / d : 0;
      Half.put(Half.of(d), target, at);
      for (int i = 0; i < BLOCK; i++) {
        target[at + 2 + i] = (byte) awayFromZero(weights[block + i] * inverse);
      }
    }
  }

  /** The nearest integer; halves go away from zero, as C's {@code roundf}. */
  private static int awayFromZero(float value) {
    float even = Lanes.round(value);
    float rest = value - even;
    if (rest == 0.5f && value > 0) {
      return (int) even + 1;
    }
    return rest == -0.5f && value < 0 ? (int) even - 1 : (int) even;
  }

  /**
   * One scale for each block, found by a search over many blocks at once, or evenly where there is
   * nothing to guide a search.
   */
  private abstract static class Searched implements BlockCoder {
    final Lanes lanes = new Lanes(BLOCK);
    final int[] q = new int[BLOCK];
    private final int levels;
    private final int codesAt;
    private final boolean always;

    /**
     * @param levels half of the values that an integer has: 8 or 16
     * @param codesAt bytes before the integers
     * @param always whether it searches without importance too
     */
    Searched(int levels, int codesAt, boolean always) {
      this.levels = levels;
      this.codesAt = codesAt;
      this.always = always;
    }

    @Override
    public final void encode(
        float[] weights,
        int from,
        int count,
        float @Nullable [] importance,
        byte[] target,
        int at) {
      int step = Lanes.CAPACITY * BLOCK;
      boolean searches = always || importance != null;
      for (int done = 0; done < count; done += step) {
        int blocks = Math.min(step, count - done) / BLOCK;
        if (searches) {
          lanes.load(weights, from + done, blocks, importance, BLOCK);
          search();
        }
        for (int lane = 0; lane < blocks; lane++) {
          int block = from + done + lane * BLOCK;
          if (searches) {
            searched(weights, block, lane, target, at);
          } else {
            even(weights, block, target, at);
          }
          codes(q, levels, target, at + codesAt);
          at += codesAt + codeBytes(levels);
        }
      }
    }

    abstract void search();

    /** Divides the range of a block evenly: its scale to {@code target}, its integers to q. */
    abstract void even(float[] weights, int block, byte[] target, int at);

    /** Takes what the search found for a lane: the scale to {@code target}, the integers to q. */
    abstract void searched(float[] weights, int block, int lane, byte[] target, int at);
  }

  /** Q4_0 and Q5_0: {@code x ≈ d * (q - levels)}. */
  static final class Symmetric extends Searched {
    private final int levels;
    private final Grid grid;
    private final SymmetricSearch search;

    /**
     * @param levels magnitude of the lowest integer: 8 or 16
     */
    Symmetric(int levels) {
      super(levels, 2, false);
      this.levels = levels;
      this.grid = Grid.Integers.around(levels);
      this.search = new SymmetricSearch(lanes, grid);
    }

    @Override
    void search() {
      search.search();
    }

    @Override
    void even(float[] weights, int block, byte[] target, int at) {
      float extreme = 0;
      for (int i = 0; i < BLOCK; i++) {
        if (Math.abs(weights[block + i]) > Math.abs(extreme)) {
          extreme = weights[block + i];
        }
      }
      float d = extreme / -levels;
      float inverse = d != 0 ? 1 / d : 0;
      Half.put(Half.of(d), target, at);
      for (int i = 0; i < BLOCK; i++) {
        int code = (int) (weights[block + i] * inverse + (levels + 0.5f));
        q[i] = Math.min(2 * levels - 1, code);
      }
    }

    @Override
    void searched(float[] weights, int block, int lane, byte[] target, int at) {
      float inverse = putScale(search.scale[lane], target, at);
      for (int i = 0; i < BLOCK; i++) {
        q[i] = grid.code(weights[block + i] * inverse) + levels;
      }
    }
  }

  /** Q4_1 and Q5_1: {@code x ≈ d * q + m}. */
  static final class Affine extends Searched {
    private final int largest;
    private final AffineSearch search;

    /**
     * @param largest integer: 15 or 31
     */
    Affine(int largest) {
      super((largest + 1) / 2, 4, false);
      this.largest = largest;
      this.search = new AffineSearch(lanes, largest, false);
    }

    @Override
    void search() {
      search.search();
    }

    @Override
    void even(float[] weights, int block, byte[] target, int at) {
      float min = weights[block];
      float max = min;
      for (int i = 1; i < BLOCK; i++) {
        min = Math.min(min, weights[block + i]);
        max = Math.max(max, weights[block + i]);
      }
      float d = (max - min) / largest;
      float inverse = d != 0 ? 1 / d : 0;
      Half.put(Half.of(d), target, at);
      Half.put(Half.of(min), target, at + 2);
      for (int i = 0; i < BLOCK; i++) {
        q[i] = Math.min(largest, (int) ((weights[block + i] - min) * inverse + 0.5f));
      }
    }

    @Override
    void searched(float[] weights, int block, int lane, byte[] target, int at) {
      float inverse = putScale(search.scale[lane], target, at);
      short offset = Half.of(search.offset[lane]);
      float m = Float.float16ToFloat(offset);
      Half.put(offset, target, at + 2);
      for (int i = 0; i < BLOCK; i++) {
        float scaled = (weights[block + i] - m) * inverse;
        q[i] = (int) Lanes.round(Math.max(0, Math.min(largest, scaled)));
      }
    }
  }

  /** IQ4_NL: {@code x ≈ d * level[q]}. */
  static final class Uneven extends Searched {
    private final Grid grid = new Grid.Iq4();
    private final SymmetricSearch search = new SymmetricSearch(lanes, grid);

    Uneven() {
      super(8, 2, true);
    }

    @Override
    void search() {
      search.search();
    }

    @Override
    void even(float[] weights, int block, byte[] target, int at) {
      throw new IllegalStateException("uneven levels are always searched");
    }

    @Override
    void searched(float[] weights, int block, int lane, byte[] target, int at) {
      float inverse = putScale(search.scale[lane], target, at);
      for (int i = 0; i < BLOCK; i++) {
        q[i] = grid.code(weights[block + i] * inverse);
      }
    }
  }

  /** Writes a scale as half precision; the inverse of what was written, 0 for 0. */
  private static float putScale(float scale, byte[] target, int at) {
    short half = Half.of(scale);
    float d = Float.float16ToFloat(half);
    Half.put(half, target, at);
    return d != 0 ? 1 / d : 0;
  }

  private static int codeBytes(int levels) {
    return levels == 16 ? 20 : 16;
  }

  /** The integers of a block: their fifth bits first, where they have one, then their low four. */
  private static void codes(int[] q, int levels, byte[] target, int at) {
    if (levels == 16) {
      int high = 0;
      for (int i = 0; i < BLOCK; i++) {
        high |= (q[i] >> 4) << i;
      }
      target[at] = (byte) high;
      target[at + 1] = (byte) (high >> 8);
      target[at + 2] = (byte) (high >> 16);
      target[at + 3] = (byte) (high >> 24);
      at += 4;
    }
    for (int i = 0; i < HALF; i++) {
      target[at + i] = (byte) ((q[i] & 15) | ((q[i + HALF] & 15) << 4));
    }
  }
}
