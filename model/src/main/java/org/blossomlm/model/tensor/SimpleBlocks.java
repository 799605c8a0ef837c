package org.blossomlm.model.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Plain floats, and blocks of 32 elements under one scale. In the drawings each field is followed
 * by its size in bytes; all numbers are little-endian.
 *
 * <p>The 4-bit types keep elements {@code j} and {@code j + 16} in byte {@code j}: the low nibble
 * is the first. The 5-bit types keep the fifth bit of element {@code j} in bit {@code j} of {@code
 * qh}.
 */
@SuppressWarnings("MethodName") // the names of the format
final class SimpleBlocks {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The 16 levels of IQ4_NL and IQ4_XS, denser around zero. */
  static final byte[] IQ4_LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private static final int HALF = 16;

  private SimpleBlocks() {}

  /** IEEE binary16 at {@code offset}. */
  static float half(MemorySegment x, long offset) {
    return Float.float16ToFloat(x.get(SHORT, offset));
  }

  static int unsignedByte(MemorySegment x, long offset) {
    return x.get(JAVA_BYTE, offset) & 0xFF;
  }

  static int unsignedShort(MemorySegment x, long offset) {
    return x.get(SHORT, offset) & 0xFFFF;
  }

  static void f32(MemorySegment x, long offset, int count, float[] y, int i) {
    MemorySegment.copy(x, FLOAT, offset, y, i, count);
  }

  static void f16(MemorySegment x, long offset, int count, float[] y, int i) {
    for (int j = 0; j < count; j++) {
      y[i + j] = half(x, offset + 2L * j);
    }
  }

  /** bfloat16: the upper half of a binary32. */
  static void bf16(MemorySegment x, long offset, int count, float[] y, int i) {
    for (int j = 0; j < count; j++) {
      y[i + j] = Float.intBitsToFloat(x.get(SHORT, offset + 2L * j) << 16);
    }
  }

  /**
   * {@code y = d * (q - 8)}
   *
   * <pre>
   * | d: f16 2 | qs: 16 |
   * </pre>
   */
  static void q4_0(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    long qs = block + 2;
    for (int j = 0; j < HALF; j++) {
      int q = unsignedByte(x, qs + j);
      y[i + j] = ((q & 0xF) - 8) * d;
      y[i + j + HALF] = ((q >> 4) - 8) * d;
    }
  }

  /**
   * {@code y = d * q + m}
   *
   * <pre>
   * | d: f16 2 | m: f16 2 | qs: 16 |
   * </pre>
   */
  static void q4_1(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    float m = half(x, block + 2);
    long qs = block + 4;
    for (int j = 0; j < HALF; j++) {
      int q = unsignedByte(x, qs + j);
      y[i + j] = (q & 0xF) * d + m;
      y[i + j + HALF] = (q >> 4) * d + m;
    }
  }

  /**
   * {@code y = d * (q - 16)}, q of five bits
   *
   * <pre>
   * | d: f16 2 | qh: 4 | qs: 16 |
   * </pre>
   */
  static void q5_0(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    int qh = x.get(INT, block + 2);
    long qs = block + 6;
    for (int j = 0; j < HALF; j++) {
      int q = unsignedByte(x, qs + j);
      int high0 = ((qh >>> j) & 1) << 4;
      int high1 = ((qh >>> (j + HALF)) & 1) << 4;
      y[i + j] = (((q & 0xF) | high0) - 16) * d;
      y[i + j + HALF] = (((q >> 4) | high1) - 16) * d;
    }
  }

  /**
   * {@code y = d * q + m}, q of five bits
   *
   * <pre>
   * | d: f16 2 | m: f16 2 | qh: 4 | qs: 16 |
   * </pre>
   */
  static void q5_1(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    float m = half(x, block + 2);
    int qh = x.get(INT, block + 4);
    long qs = block + 8;
    for (int j = 0; j < HALF; j++) {
      int q = unsignedByte(x, qs + j);
      int high0 = ((qh >>> j) & 1) << 4;
      int high1 = ((qh >>> (j + HALF)) & 1) << 4;
      y[i + j] = ((q & 0xF) | high0) * d + m;
      y[i + j + HALF] = ((q >> 4) | high1) * d + m;
    }
  }

  /**
   * {@code y = d * q}, q signed
   *
   * <pre>
   * | d: f16 2 | qs: int8 32 |
   * </pre>
   */
  static void q8_0(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    long qs = block + 2;
    for (int j = 0; j < 32; j++) {
      y[i + j] = x.get(JAVA_BYTE, qs + j) * d;
    }
  }

  /**
   * {@code y = d * level[q]}, see {@link #IQ4_LEVELS}
   *
   * <pre>
   * | d: f16 2 | qs: 16 |
   * </pre>
   */
  static void iq4_nl(MemorySegment x, long block, float[] y, int i) {
    float d = half(x, block);
    iq4Levels(x, block + 2, d, y, i);
  }

  /** 32 elements from 16 bytes of indexes into {@link #IQ4_LEVELS}. */
  static void iq4Levels(MemorySegment x, long qs, float d, float[] y, int i) {
    for (int j = 0; j < HALF; j++) {
      int q = unsignedByte(x, qs + j);
      y[i + j] = d * IQ4_LEVELS[q & 0xF];
      y[i + j + HALF] = d * IQ4_LEVELS[q >> 4];
    }
  }
}
