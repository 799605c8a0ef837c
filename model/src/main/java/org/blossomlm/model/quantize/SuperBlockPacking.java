package org.blossomlm.model.quantize;

import java.util.Arrays;

/**
 * Lays scales and integers out in super-blocks of 256 weights, as drawn beside the decoders in
 * {@code SuperBlocks} of the tensor package.
 */
@SuppressWarnings("MethodName") // the names of the format
final class SuperBlockPacking {
  private SuperBlockPacking() {}

  static void q2_k(
      short d, short dmin, int[] scales, int[] mins, int firstGroup, byte[] q, byte[] to, int at) {
    for (int group = 0; group < 16; group++) {
      to[at + group] = (byte) (scales[firstGroup + group] | mins[firstGroup + group] << 4);
    }
    twoBits(q, to, at + 16);
    Half.put(d, to, at + 80);
    Half.put(dmin, to, at + 82);
  }

  /** The two low bits of 256 integers in 64 bytes: neighbours 32 apart share a byte. */
  private static void twoBits(byte[] q, byte[] to, int at) {
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 32; i++) {
        int first = half * 128 + i;
        to[at + half * 32 + i] =
            (byte)
                ((q[first] & 3)
                    | (q[first + 32] & 3) << 2
                    | (q[first + 64] & 3) << 4
                    | (q[first + 96] & 3) << 6);
      }
    }
  }

  /**
   * @param q from -4 to 3
   */
  static void q3_k(short d, int[] scales, int firstGroup, byte[] q, byte[] to, int at) {
    int hmask = at;
    int low = at + 32;
    int scaleBytes = at + 96;
    Arrays.fill(to, at, at + 110, (byte) 0);
    for (int i = 0; i < 256; i++) {
      int stored = q[i] + 4;
      q[i] = (byte) stored;
      to[hmask + i % 32] |= (byte) ((stored >> 2) << (i / 32));
    }
    twoBits(q, to, low);
    for (int group = 0; group < 16; group++) {
      int stored = scales[firstGroup + group] + 32;
      to[scaleBytes + group % 8] |= (byte) ((stored & 15) << (group / 8 * 4));
      to[scaleBytes + 8 + group % 4] |= (byte) ((stored >> 4) << (group / 4 * 2));
    }
    Half.put(d, to, at + 108);
  }

  static void q4_k(
      short d, short dmin, int[] scales, int[] mins, int firstGroup, byte[] q, byte[] to, int at) {
    Half.put(d, to, at);
    Half.put(dmin, to, at + 2);
    sixBits(scales, mins, firstGroup, to, at + 4);
    fourBits(q, to, at + 16);
  }

  static void q5_k(
      short d, short dmin, int[] scales, int[] mins, int firstGroup, byte[] q, byte[] to, int at) {
    Half.put(d, to, at);
    Half.put(dmin, to, at + 2);
    sixBits(scales, mins, firstGroup, to, at + 4);
    for (int i = 0; i < 32; i++) {
      int high = 0;
      for (int part = 0; part < 8; part++) {
        high |= ((q[part * 32 + i] >> 4) & 1) << part;
      }
      to[at + 16 + i] = (byte) high;
    }
    fourBits(q, to, at + 48);
  }

  /** Eight scales and eight mins of six bits in 12 bytes. */
  private static void sixBits(int[] scales, int[] mins, int firstGroup, byte[] to, int at) {
    for (int group = 0; group < 4; group++) {
      int scale = scales[firstGroup + group];
      int min = mins[firstGroup + group];
      int laterScale = scales[firstGroup + group + 4];
      int laterMin = mins[firstGroup + group + 4];
      to[at + group] = (byte) (scale | laterScale >> 4 << 6);
      to[at + group + 4] = (byte) (min | laterMin >> 4 << 6);
      to[at + group + 8] = (byte) ((laterScale & 15) | ((laterMin & 15) << 4));
    }
  }

  /** The four low bits of 256 integers in 128 bytes: neighbours 32 apart share a byte. */
  private static void fourBits(byte[] q, byte[] to, int at) {
    for (int part = 0; part < 4; part++) {
      for (int i = 0; i < 32; i++) {
        int first = part * 64 + i;
        to[at + part * 32 + i] = (byte) ((q[first] & 15) | ((q[first + 32] & 15) << 4));
      }
    }
  }

  /**
   * @param q from -32 to 31
   */
  static void q6_k(short d, int[] scales, int firstGroup, byte[] q, byte[] to, int at) {
    for (int half = 0; half < 2; half++) {
      int low = at + half * 64;
      int high = at + 128 + half * 32;
      for (int i = 0; i < 32; i++) {
        int first = half * 128 + i;
        int q0 = q[first] + 32;
        int q1 = q[first + 32] + 32;
        int q2 = q[first + 64] + 32;
        int q3 = q[first + 96] + 32;
        to[low + i] = (byte) ((q0 & 15) | ((q2 & 15) << 4));
        to[low + 32 + i] = (byte) ((q1 & 15) | ((q3 & 15) << 4));
        to[high + i] = (byte) (q0 >> 4 | q1 >> 4 << 2 | q2 >> 4 << 4 | q3 >> 4 << 6);
      }
    }
    for (int group = 0; group < 16; group++) {
      to[at + 192 + group] = (byte) scales[firstGroup + group];
    }
    Half.put(d, to, at + 208);
  }

  /**
   * @param q indexes of levels
   */
  static void iq4_xs(short d, int[] scales, int firstGroup, byte[] q, byte[] to, int at) {
    Half.put(d, to, at);
    Arrays.fill(to, at + 2, at + 8, (byte) 0);
    int high = 0;
    for (int group = 0; group < 8; group++) {
      int stored = scales[firstGroup + group] + 32;
      to[at + 4 + group / 2] |= (byte) ((stored & 15) << (group % 2 * 4));
      high |= (stored >> 4) << (group * 2);
      for (int i = 0; i < 16; i++) {
        to[at + 8 + group * 16 + i] = (byte) (q[group * 32 + i] | q[group * 32 + 16 + i] << 4);
      }
    }
    Half.put((short) high, to, at + 2);
  }
}
