package org.blossomlm.model.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.PlainEncoder;
import org.blossomlm.model.tensor.TensorType;

/** Plain floating-point numbers as both containers keep them, little-endian at any alignment. */
enum NumberFormat {
  F64(8),
  F32(4),
  F16(2),
  BF16(2);

  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
    if (this != F64) {
      Dequantizer.dequantize(tensorType(), source, offset, count, target, at);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[at + i] = (float) source.get(DOUBLE, offset + 8L * i);
    }
  }

  /**
   * Writes {@code count} numbers, rounded to nearest, ties to even.
   *
   * @return whether all finite numbers stayed finite
   */
  boolean encode(float[] source, int count, MemorySegment target, long offset) {
    TensorType type = tensorType();
    PlainEncoder.encode(type, source, 0, count, target, offset);
    return !PlainEncoder.overflows(type, source, count);
  }

  private TensorType tensorType() {
    return switch (this) {
      case F32 -> TensorType.F32;
      case F16 -> TensorType.F16;
      case BF16 -> TensorType.BF16;
      case F64 -> throw new IllegalStateException("no tensor of a GGUF file is F64");
    };
  }
}
