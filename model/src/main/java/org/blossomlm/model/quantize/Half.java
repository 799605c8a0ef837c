package org.blossomlm.model.quantize;

/** Half-precision numbers, in which blocks keep their scales. */
final class Half {
  /** The largest. */
  static final float MAX = 65_504;

  private Half() {}

  /** The nearest one; what is too large becomes the largest. */
  static short of(float value) {
    return Float.floatToFloat16(Math.clamp(value, -MAX, MAX));
  }

  /** The value of the nearest one. */
  static float round(float value) {
    return Float.float16ToFloat(of(value));
  }

  static void put(short value, byte[] to, int at) {
    to[at] = (byte) value;
    to[at + 1] = (byte) (value >> 8);
  }
}
