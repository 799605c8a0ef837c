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

  /** Q4_0 and Q5_0: {@code x ≈ d * (q - levels)}. */
  static final class Symmetric implements BlockCoder {
    private final int levels;
    private final Grid grid;
    private final Lanes lanes = new Lanes(BLOCK);
    private final SymmetricSearch search;
    private final int[] q = new int[BLOCK];

    /**
     * @param levels magnitude of the lowest integer: 8 or 16
     */
    Symmetric(int levels) {
      this.levels = levels;
      this.grid = Grid.Integers.around(levels);
      this.search = new SymmetricSearch(lanes, grid);
    }

    @Override
    public void encode(
        float[] weights,
        int from,
        int count,
        float @Nullable [] importance,
        byte[] target,
        int at) {
      int step = Lanes.CAPACITY * BLOCK;
      for (int done = 0; done < count; done += step) {
        int now = Math.min(step, count - done);
        if (importance != null) {
          lanes.load(weights, from + done, now / BLOCK, importance, BLOCK);
          search.search();
        }
        for (int lane = 0; lane < now / BLOCK; lane++) {
          int block = from + done + lane * BLOCK;
          if (importance == null) {
            even(weights, block, target, at);
          } else {
            searched(weights, block, search.scale[lane], target, at);
          }
          codes(q, levels, target, at + 2);
          at += 2 + codeBytes(levels);
        }
      }
    }

    private void even(float[] weights, int block, byte[] target, int at) {
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

    private void searched(float[] weights, int block, float scale, byte[] target, int at) {
      short half = Half.of(scale);
      float d = Float.float16ToFloat(half);
      float inverse = d != 0 ? 1 / d : 0;
      Half.put(half, target, at);
      for (int i = 0; i < BLOCK; i++) {
        q[i] = grid.code(weights[block + i] * inverse) + levels;
      }
    }
  }

  /** Q4_1 and Q5_1: {@code x ≈ d * q + m}. */
  static final class Affine implements BlockCoder {
    private final int largest;
    private final Lanes lanes = new Lanes(BLOCK);
    private final AffineSearch search;
    private final int[] q = new int[BLOCK];

    /**
     * @param largest integer: 15 or 31
     */
    Affine(int largest) {
      this.largest = largest;
      this.search = new AffineSearch(lanes, largest, false);
    }

    @Override
    public void encode(
        float[] weights,
        int from,
        int count,
        float @Nullable [] importance,
        byte[] target,
        int at) {
      int step = Lanes.CAPACITY * BLOCK;
      for (int done = 0; done < count; done += step) {
        int now = Math.min(step, count - done);
        if (importance != null) {
          lanes.load(weights, from + done, now / BLOCK, importance, BLOCK);
          search.search();
        }
        for (int lane = 0; lane < now / BLOCK; lane++) {
          int block = from + done + lane * BLOCK;
          if (importance == null) {
            even(weights, block, target, at);
          } else {
            searched(weights, block, lane, target, at);
          }
          codes(q, (largest + 1) / 2, target, at + 4);
          at += 4 + codeBytes((largest + 1) / 2);
        }
      }
    }

    private void even(float[] weights, int block, byte[] target, int at) {
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

    private void searched(float[] weights, int block, int lane, byte[] target, int at) {
      short half = Half.of(search.scale[lane]);
      short offset = Half.of(search.offset[lane]);
      float d = Float.float16ToFloat(half);
      float m = Float.float16ToFloat(offset);
      float inverse = d != 0 ? 1 / d : 0;
      Half.put(half, target, at);
      Half.put(offset, target, at + 2);
      for (int i = 0; i < BLOCK; i++) {
        float scaled = (weights[block + i] - m) * inverse;
        q[i] = (int) Lanes.round(Math.max(0, Math.min(largest, scaled)));
      }
    }
  }

  /** IQ4_NL: {@code x ≈ d * level[q]}. */
  static final class Uneven implements BlockCoder {
    private final Grid grid = new Grid.Iq4();
    private final Lanes lanes = new Lanes(BLOCK);
    private final SymmetricSearch search = new SymmetricSearch(lanes, grid);
    private final int[] q = new int[BLOCK];

    @Override
    public void encode(
        float[] weights,
        int from,
        int count,
        float @Nullable [] importance,
        byte[] target,
        int at) {
      int step = Lanes.CAPACITY * BLOCK;
      for (int done = 0; done < count; done += step) {
        int now = Math.min(step, count - done);
        lanes.load(weights, from + done, now / BLOCK, importance, BLOCK);
        search.search();
        for (int lane = 0; lane < now / BLOCK; lane++, at += 18) {
          short half = Half.of(search.scale[lane]);
          float d = Float.float16ToFloat(half);
          float inverse = d != 0 ? 1 / d : 0;
          Half.put(half, target, at);
          for (int i = 0; i < BLOCK; i++) {
            q[i] = grid.code(weights[from + done + lane * BLOCK + i] * inverse);
          }
          codes(q, 8, target, at + 2);
        }
      }
    }
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
