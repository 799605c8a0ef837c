package org.blossomlm.model.quantize;

import org.jspecify.annotations.Nullable;

/** Floats of 32 and 16 bits, little-endian. */
final class PlainBlocks {
  private PlainBlocks() {}

  static void f32(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    for (int i = 0; i < count; i++, at += 4) {
      int bits = Float.floatToRawIntBits(weights[from + i]);
      target[at] = (byte) bits;
      target[at + 1] = (byte) (bits >> 8);
      target[at + 2] = (byte) (bits >> 16);
      target[at + 3] = (byte) (bits >> 24);
    }
  }

  static void f16(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    for (int i = 0; i < count; i++, at += 2) {
      Half.put(Float.floatToFloat16(weights[from + i]), target, at);
    }
  }

  /** bfloat16: the upper half of the float, rounded to nearest, ties to even. */
  static void bf16(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    for (int i = 0; i < count; i++, at += 2) {
      int bits = Float.floatToRawIntBits(weights[from + i]);
      int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
      Half.put((short) (rounded >>> 16), target, at);
    }
  }
}
