package org.blossomlm.model.gguf;

import java.util.Optional;

/** Types of metadata values, in the order of their numbers in the format. */
public enum GgufValueType {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 0),
  ARRAY(9, 0),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  /** The numbers run from 0 without a gap. */
  private static final GgufValueType[] BY_ID = values();

  private final int id;
  private final int bytes;

  GgufValueType(int id, int bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  /** The number that stands for this type in a file. */
  public int id() {
    return id;
  }

  static Optional<GgufValueType> ofId(int id) {
    return id >= 0 && id < BY_ID.length ? Optional.of(BY_ID[id]) : Optional.empty();
  }

  /** Bytes of one value; 0 for strings and arrays, which bring their own length. */
  int bytes() {
    return bytes;
  }

  /** The fewest bytes that a value takes. */
  int minBytes() {
    return switch (this) {
      case STRING -> Long.BYTES;
      case ARRAY -> Integer.BYTES + Long.BYTES;
      default -> bytes;
    };
  }

  boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }

  /** Whether an integer of this type can be {@code value}; for UINT64 all 64 bits are the value. */
  boolean holds(long value) {
    return switch (this) {
      case UINT8 -> value >= 0 && value <= 0xFF;
      case INT8 -> value == (byte) value;
      case UINT16 -> value >= 0 && value <= 0xFFFF;
      case INT16 -> value == (short) value;
      case UINT32 -> value >= 0 && value <= 0xFFFF_FFFFL;
      case INT32 -> value == (int) value;
      case UINT64, INT64 -> true;
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }
}
