package org.blossomlm.model.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tensor.TensorType;

/** Plain floating-point numbers as both containers keep them, little-endian at any alignment. */
enum NumberFormat {
  F64(8),
  F32(4),
  F16(2),
  BF16(2);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Exponent bits of a 16-bit float; with them all set it is an infinity or not a number. */
  private static final int F16_EXPONENT = 0x7C00;

  private static final int BF16_EXPONENT = 0x7F80;
  private static final int SIGNLESS = 0x7FFF;

  private final int bytes;

  NumberFormat(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  static Optional<NumberFormat> of(SafetensorsType type) {
    return switch (type) {
      case F64 -> Optional.of(F64);
      case F32 -> Optional.of(F32);
      case F16 -> Optional.of(F16);
      case BF16 -> Optional.of(BF16);
      default -> Optional.empty();
    };
  }

  static Optional<NumberFormat> of(TensorType type) {
    return switch (type) {
      case F32 -> Optional.of(F32);
      case F16 -> Optional.of(F16);
      case BF16 -> Optional.of(BF16);
      default -> Optional.empty();
    };
  }

  SafetensorsType safetensorsType() {
    return SafetensorsType.valueOf(name());
  }

  /** Reads {@code count} numbers from {@code offset} to {@code target[at...]}. */
  void decode(MemorySegment source, long offset, int count, float[] target, int at) {
    switch (this) {
      case F32 -> MemorySegment.copy(source, FLOAT, offset, target, at, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = Float.float16ToFloat(source.get(SHORT, offset + 2L * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = Float.intBitsToFloat(source.get(SHORT, offset + 2L * i) << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = (float) source.get(DOUBLE, offset + 8L * i);
        }
      }
    }
  }

  /**
   * Writes {@code count} numbers, rounded to nearest, ties to even.
   *
   * @return whether all finite numbers stayed finite
   */
  boolean encode(float[] source, int count, MemorySegment target, long offset) {
    return switch (this) {
      case F32 -> {
        MemorySegment.copy(source, 0, target, FLOAT, offset, count);
        yield true;
      }
      case F16 -> {
        int largest = 0;
        for (int i = 0; i < count; i++) {
          short half = Float.floatToFloat16(source[i]);
          target.set(SHORT, offset + 2L * i, half);
          largest = Math.max(largest, half & SIGNLESS);
        }
        yield largest < F16_EXPONENT || overflowsOnlyWhereInfinite(source, count);
      }
      case BF16 -> {
        int largest = 0;
        for (int i = 0; i < count; i++) {
          short brain = toBrain(source[i]);
          target.set(SHORT, offset + 2L * i, brain);
          largest = Math.max(largest, brain & SIGNLESS);
        }
        yield largest < BF16_EXPONENT || overflowsOnlyWhereInfinite(source, count);
      }
      case F64 -> throw new IllegalStateException("nothing is written as F64");
    };
  }

  private boolean overflowsOnlyWhereInfinite(float[] source, int count) {
    for (int i = 0; i < count; i++) {
      boolean infinite =
          this == F16
              ? (Float.floatToFloat16(source[i]) & SIGNLESS) == F16_EXPONENT
              : (toBrain(source[i]) & SIGNLESS) == BF16_EXPONENT;
      if (infinite && Float.isFinite(source[i])) {
        return false;
      }
    }
    return true;
  }

  /** The upper half of a binary32, rounded; what is not a number stays so. */
  private static short toBrain(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }
}
