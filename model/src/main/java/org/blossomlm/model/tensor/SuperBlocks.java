package org.blossomlm.model.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.blossomlm.model.tensor.SimpleBlocks.half;
import static org.blossomlm.model.tensor.SimpleBlocks.unsignedByte;
import static org.blossomlm.model.tensor.SimpleBlocks.unsignedShort;

import java.lang.foreign.MemorySegment;

/**
 * Blocks of 256 elements: one or two half-precision scales for the whole, small integer scales for
 * its parts of 16 or 32. In the drawings each field is followed by its size in bytes.
 *
 * <p>The bits of an element are spread so that one wide load, one shift and one mask give 32
 * neighbours: element {@code 32 p + l} of a half (or quarter) block sits in byte {@code l}, at the
 * bit position that belongs to {@code p}.
 */
@SuppressWarnings("MethodName") // the names of the format
final class SuperBlocks {
  private SuperBlocks() {}

  /**
   * {@code y = (d * scale) * q - dmin * min}; 16 parts of 16; q of two bits, scale and min of four.
   *
   * <pre>
   * | scales: 16, low nibble scale, high nibble min | qs: 64 | d: f16 2 | dmin: f16 2 |
   *
   * qs byte 32 h + l, bits 2 p and 2 p + 1: element 128 h + 32 p + l
   * </pre>
   */
  static void q2_k(MemorySegment x, long block, float[] y, int i) {
    long qs = block + 16;
    float d = half(x, block + 80);
    float dmin = half(x, block + 82);
    for (int part = 0; part < 16; part++) {
      int scale = unsignedByte(x, block + part);
      float dl = d * (scale & 0xF);
      float ml = dmin * (scale >> 4);
      int shift = (part / 2 % 4) * 2;
      long q = qs + (part / 8) * 32L + (part % 2) * 16L;
      for (int l = 0; l < 16; l++) {
        y[i++] = dl * ((unsignedByte(x, q + l) >> shift) & 3) - ml;
      }
    }
  }

  /**
   * {@code y = (d * (scale - 32)) * (q - 4)}; 16 parts of 16; q of three bits, scale of six.
   *
   * <pre>
   * | hmask: 32 | qs: 64 | scales: 12 | d: f16 2 |
   *
   * qs byte 32 h + l, bits 2 p and 2 p + 1: low bits of element 128 h + 32 p + l
   * hmask byte l, bit 4 h + p: its third bit
   * scales: low nibbles of scales 0-7 and high nibbles of 8-15 in bytes 0-7;
   *         upper two bits of scale s in byte 8 + s % 4 at bit 2 (s / 4)
   * </pre>
   */
  static void q3_k(MemorySegment x, long block, float[] y, int i) {
    long qs = block + 32;
    float d = half(x, block + 108);
    for (int part = 0; part < 16; part++) {
      float dl = d * (q3Scale(x, block + 96, part) - 32);
      int bit = part / 2;
      int shift = (bit % 4) * 2;
      long q = qs + (part / 8) * 32L + (part % 2) * 16L;
      long mask = block + (part % 2) * 16L;
      for (int l = 0; l < 16; l++) {
        int low = (unsignedByte(x, q + l) >> shift) & 3;
        int high = (unsignedByte(x, mask + l) >> bit) & 1;
        y[i++] = dl * ((low | (high << 2)) - 4);
      }
    }
  }

  private static int q3Scale(MemorySegment x, long scales, int part) {
    int low = (unsignedByte(x, scales + part % 8) >> ((part / 8) * 4)) & 0xF;
    int high = (unsignedByte(x, scales + 8 + part % 4) >> ((part / 4) * 2)) & 3;
    return low | (high << 4);
  }

  /**
   * {@code y = (d * scale) * q - dmin * min}; 8 parts of 32; q of four bits, scale and min of six.
   *
   * <pre>
   * | d: f16 2 | dmin: f16 2 | scales: 12 | qs: 128 |
   *
   * qs byte 32 h + l: element 64 h + l in the low nibble, 64 h + 32 + l in the high one
   * scales: see {@link #scale} and {@link #min}
   * </pre>
   */
  static void q4_k(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    float dmin = half(x, block + 2);
    long scales = block + 4;
    long qs = block + 16;
    for (int part = 0; part < 8; part++) {
      float dl = d * scale(x, scales, part);
      float ml = dmin * min(x, scales, part);
      int shift = (part % 2) * 4;
      long q = qs + (part / 2) * 32L;
      for (int l = 0; l < 32; l++) {
        y[i++] = dl * ((unsignedByte(x, q + l) >> shift) & 0xF) - ml;
      }
    }
  }

  /**
   * {@code y = (d * scale) * q - dmin * min}; 8 parts of 32; q of five bits, scale and min of six.
   *
   * <pre>
   * | d: f16 2 | dmin: f16 2 | scales: 12 | qh: 32 | qs: 128 |
   *
   * qs as in Q4_K; qh byte l, bit p: the fifth bit of element 32 p + l
   * </pre>
   */
  static void q5_k(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    float dmin = half(x, block + 2);
    long scales = block + 4;
    long qh = block + 16;
    long qs = block + 48;
    for (int part = 0; part < 8; part++) {
      float dl = d * scale(x, scales, part);
      float ml = dmin * min(x, scales, part);
      int shift = (part % 2) * 4;
      long q = qs + (part / 2) * 32L;
      for (int l = 0; l < 32; l++) {
        int low = (unsignedByte(x, q + l) >> shift) & 0xF;
        int high = (unsignedByte(x, qh + l) >> part) & 1;
        y[i++] = dl * (low | (high << 4)) - ml;
      }
    }
  }

  /**
   * The six-bit scale of a part of Q4_K and Q5_K. Of the 12 bytes, 0-3 hold scales 0-3 and 4-7 hold
   * mins 0-3 in their low six bits; 8-11 hold the low nibbles of scales 4-7 (low) and mins 4-7
   * (high), whose upper two bits are the upper two bits of bytes 0-3 and 4-7.
   */
  private static int scale(MemorySegment x, long scales, int part) {
    if (part < 4) {
      return unsignedByte(x, scales + part) & 63;
    }
    int low = unsignedByte(x, scales + part + 4) & 0xF;
    int high = unsignedByte(x, scales + part - 4) >> 6;
    return low | (high << 4);
  }

  private static int min(MemorySegment x, long scales, int part) {
    if (part < 4) {
      return unsignedByte(x, scales + part + 4) & 63;
    }
    int low = unsignedByte(x, scales + part + 4) >> 4;
    int high = unsignedByte(x, scales + part) >> 6;
    return low | (high << 4);
  }

  /**
   * {@code y = (d * scale) * (q - 32)}; 16 parts of 16; q of six bits, scale int8.
   *
   * <pre>
   * | ql: 128 | qh: 64 | scales: int8 16 | d: f16 2 |
   *
   * with element 128 h + 32 p + l:
   * ql byte 64 h + 32 (p % 2) + l, low nibble for p = 0 and 1, high nibble for p = 2 and 3
   * qh byte 32 h + l, bits 2 p and 2 p + 1: its upper two bits
   * </pre>
   */
  static void q6_k(MemorySegment x, long block, float[] y, int i) {
    long qhs = block + 128;
    long scales = block + 192;
    float d = half(x, block + 208);
    for (int part = 0; part < 16; part++) {
      float dl = d * x.get(JAVA_BYTE, scales + part);
      int h = part / 8;
      int p = part / 2 % 4;
      int from = (part % 2) * 16;
      long ql = block + h * 64L + (p % 2) * 32L + from;
      long qh = qhs + h * 32L + from;
      for (int l = 0; l < 16; l++) {
        int low = (unsignedByte(x, ql + l) >> ((p / 2) * 4)) & 0xF;
        int high = (unsignedByte(x, qh + l) >> (p * 2)) & 3;
        y[i++] = dl * ((low | (high << 4)) - 32);
      }
    }
  }

  /**
   * {@code y = (d * (scale - 32)) * level[q]}; 8 parts of 32; scale of six bits, levels as IQ4_NL.
   *
   * <pre>
   * | d: f16 2 | scales_h: 2 | scales_l: 4 | qs: 128 |
   *
   * scales_l: low nibbles of scales 0-7, two a byte; scales_h bits 2 s and 2 s + 1: upper two bits
   * qs bytes 16 p ...: part p, as in IQ4_NL
   * </pre>
   */
  static void iq4_xs(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    int scalesHigh = unsignedShort(x, block + 2);
    for (int part = 0; part < 8; part++) {
      int low = (unsignedByte(x, block + 4 + part / 2) >> ((part % 2) * 4)) & 0xF;
      int high = (scalesHigh >> (part * 2)) & 3;
      float dl = d * ((low | (high << 4)) - 32);
      SimpleBlocks.iq4Levels(x, block + 8 + part * 16L, dl, y, i + part * 32);
    }
  }
}
