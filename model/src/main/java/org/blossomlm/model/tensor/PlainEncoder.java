package org.blossomlm.model.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Turns floats into plain numbers of a type, little-endian at any alignment, rounded to nearest and
 * ties to even: for F32, F16 and BF16 the inverse of {@link Dequantizer}. What is too large for the
 * type becomes infinite, and what is not a number stays so.
 */
public final class PlainEncoder {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * The smallest magnitudes that round to infinity: halfway from the largest number to the next.
   */
  private static final float OVER_F16 = 65_520;

  private static final float OVER_BF16 = 0x1.FFp127f;

  /** The bit of a bfloat16 that tells a quiet NaN from an infinity. */
  private static final int QUIET = 0x40;

  private PlainEncoder() {}

  /**
   * Encodes {@code source[from...]}.
   *
   * @param type F32, F16 or BF16
   * @param target receives {@code count} numbers from byte {@code offset}
   * @throws IllegalArgumentException if the type is none of these
   */
  public static void encode(
      TensorType type, float[] source, int from, int count, MemorySegment target, long offset) {
    Objects.checkFromIndexSize(from, count, source.length);
    Objects.checkFromIndexSize(offset, type.bytes(count), target.byteSize());
    switch (type) {
      case F32 -> MemorySegment.copy(source, from, target, FLOAT, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target.set(SHORT, offset + 2L * i, Float.floatToFloat16(source[from + i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target.set(SHORT, offset + 2L * i, brain(source[from + i]));
        }
      }
      default -> throw new IllegalArgumentException(type + " is no plain number");
    }
  }

  /** bfloat16: the upper half of a binary32. */
  private static short brain(float value) {
    int bits = Float.floatToRawIntBits(value);
    // Rounding would carry the bits of some NaNs into the sign, and make others infinite.
    int half = Float.isNaN(value) ? bits | QUIET << 16 : bits + 0x7FFF + (bits >>> 16 & 1);
    return (short) (half >>> 16);
  }

  /** Whether a finite number among the first {@code count} would become infinite. */
  public static boolean overflows(TensorType type, float[] source, int count) {
    float over =
        switch (type) {
          case F16 -> OVER_F16;
          case BF16 -> OVER_BF16;
          default -> Float.POSITIVE_INFINITY;
        };
    for (int i = 0; i < count; i++) {
      float magnitude = Math.abs(source[i]);
      if (magnitude >= over && magnitude < Float.POSITIVE_INFINITY) {
        return true;
      }
    }
    return false;
  }
}
