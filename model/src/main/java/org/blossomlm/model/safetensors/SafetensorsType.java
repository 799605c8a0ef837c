package org.blossomlm.model.safetensors;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Element types of the format, by the names that its headers use; numbers are little-endian. */
public enum SafetensorsType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  SafetensorsType(int bits) {
    this.bits = bits;
  }

  /** Bits of an element. */
  public int bits() {
    return bits;
  }

  /**
   * Bytes of {@code elements}.
   *
   * @throws ArithmeticException if they are no whole bytes, or too many
   */
  public long bytes(long elements) {
    long all = Math.multiplyExact(elements, (long) bits);
    if (all % 8 != 0) {
      throw new ArithmeticException(elements + " elements of " + this + " are no whole bytes");
    }
    return all / 8;
  }

  static Optional<SafetensorsType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  static List<SafetensorsType> all() {
    return List.of(values());
  }
}
