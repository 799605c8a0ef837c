package org.blossomlm.model.tensor;

/**
 * A second decoder, written from the layouts with another structure than the first: it answers for
 * one element at a time, from a bit reader over the block and index arithmetic alone. Slow.
 */
final class IndependentDecoder {
  private static final int[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private final byte[] bytes;
  private final int block;

  private IndependentDecoder(byte[] bytes, int block) {
    this.bytes = bytes;
    this.block = block;
  }

  /** Element {@code index} of consecutive blocks. */
  static float element(TensorType type, byte[] bytes, int index) {
    int block = index / type.blockElements() * type.blockBytes();
    return new IndependentDecoder(bytes, block).element(type, index % type.blockElements());
  }

  private float element(TensorType type, int e) {
    return switch (type) {
      case F32 -> Float.intBitsToFloat((int) bits(0, 32));
      case F16 -> half(0);
      case BF16 -> Float.intBitsToFloat((int) (bits(0, 16) << 16));
      case Q4_0 -> times(half(0), nibbleOf32(2, e) - 8);
      case Q4_1 -> plus(times(half(0), nibbleOf32(4, e)), half(2));
      case Q5_0 -> times(half(0), nibbleOf32(6, e) + 16 * bit(2, e) - 16);
      case Q5_1 -> plus(times(half(0), nibbleOf32(8, e) + 16 * bit(4, e)), half(2));
      case Q8_0 -> times(half(0), signed(bits(8 * (2 + e), 8)));
      case IQ4_NL -> times(half(0), LEVELS[nibbleOf32(2, e)]);
      case Q2_K -> {
        int scale = (int) bits(8 * (e / 16), 4);
        int min = (int) bits(8 * (e / 16) + 4, 4);
        yield minus(times(times(half(80), scale), crumb(16, e)), times(half(82), min));
      }
      case Q3_K -> {
        int group = e / 16;
        int low = (int) bits(8 * (96 + group % 8) + 4 * (group / 8), 4);
        int high = (int) bits(8 * (104 + group % 4) + 2 * (group / 4), 2);
        int q = crumb(32, e) + (bit(e % 32, e / 32) == 1 ? 0 : -4);
        yield times(times(half(108), low + 16 * high - 32), q);
      }
      case Q4_K -> scaleAndMin(4, e / 32, nibbleOf64(16, e));
      case Q5_K -> scaleAndMin(4, e / 32, nibbleOf64(48, e) + 16 * bit(16 + e % 32, e / 32));
      case Q6_K -> {
        int half = e / 128;
        int in = e % 128;
        int low = (int) bits(8 * (64 * half + in % 64) + 4 * (in / 64), 4);
        int high = crumb(128, e);
        int scale = signed(bits(8 * (192 + e / 16), 8));
        yield times(times(half(208), scale), low + 16 * high - 32);
      }
      case IQ4_XS -> {
        int group = e / 32;
        int low = (int) bits(32 + 4 * group, 4);
        int high = (int) bits(16 + 2 * group, 2);
        yield times(
            times(half(0), low + 16 * high - 32), LEVELS[nibbleOf32(8 + 16 * group, e % 32)]);
      }
    };
  }

  /** The six-bit pairs of Q4_K and Q5_K, from the table of where each of their bits is. */
  private float scaleAndMin(int at, int group, int q) {
    int scale;
    int min;
    if (group < 4) {
      scale = (int) bits(8 * (at + group), 6);
      min = (int) bits(8 * (at + 4 + group), 6);
    } else {
      int g = group - 4;
      scale = (int) (bits(8 * (at + 8 + g), 4) + 16 * bits(8 * (at + g) + 6, 2));
      min = (int) (bits(8 * (at + 8 + g) + 4, 4) + 16 * bits(8 * (at + 4 + g) + 6, 2));
    }
    return minus(times(times(half(0), scale), q), times(half(2), min));
  }

  /** 32 elements in 16 bytes: the first 16 in low nibbles. */
  private int nibbleOf32(int at, int e) {
    return (int) bits(8 * (at + e % 16) + (e < 16 ? 0 : 4), 4);
  }

  /** Groups of 64 elements in 32 bytes: the first 32 in low nibbles. */
  private int nibbleOf64(int at, int e) {
    return (int) bits(8 * (at + 32 * (e / 64) + e % 32) + (e % 64 < 32 ? 0 : 4), 4);
  }

  /** Groups of 128 elements in 32 bytes, two bits each. */
  private int crumb(int at, int e) {
    return (int) bits(8 * (at + 32 * (e / 128) + e % 32) + 2 * (e % 128 / 32), 2);
  }

  private int bit(int at, int index) {
    return (int) bits(8 * at + index, 1);
  }

  private static int signed(long bits) {
    return bits >= 128 ? (int) bits - 256 : (int) bits;
  }

  /** {@code count} bits from bit {@code from} of the block, the least significant first. */
  private long bits(int from, int count) {
    long result = 0;
    for (int i = 0; i < count; i++) {
      int at = from + i;
      long bit = bytes[block + at / 8] >> (at % 8) & 1;
      result += bit << i;
    }
    return result;
  }

  /** binary16 by its definition: sign, exponent, fraction. */
  private float half(int at) {
    long h = bits(8 * at, 16);
    int exponent = (int) (h >> 10 & 31);
    int fraction = (int) (h & 1023);
    float magnitude;
    if (exponent == 31) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = (float) (fraction * Math.pow(2, -24));
    } else {
      magnitude = (float) ((1024 + fraction) * Math.pow(2, exponent - 25));
    }
    return h >> 15 == 1 ? -magnitude : magnitude;
  }

  /**
   * The product of two floats is exact in double, so this rounds once, to float. (A double holds 53
   * bits, a product of two floats needs 48.)
   */
  private static float times(float a, int b) {
    return (float) ((double) a * b);
  }

  /** The sum of two floats, correctly rounded: double rounding is harmless from 53 to 24 bits. */
  private static float plus(float a, float b) {
    return (float) ((double) a + b);
  }

  private static float minus(float a, float b) {
    return plus(a, -b);
  }
}
