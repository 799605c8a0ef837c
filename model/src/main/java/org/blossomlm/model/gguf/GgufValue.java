package org.blossomlm.model.gguf;

/** A metadata value with the type it has in the file. {@code toString} is for display. */
public sealed interface GgufValue
    permits GgufArray,
        GgufValue.Bool,
        GgufValue.Float32,
        GgufValue.Float64,
        GgufValue.Int,
        GgufValue.Text {
  GgufValueType type();

  static GgufValue text(String value) {
    return new Text(value);
  }

  static GgufValue bool(boolean value) {
    return new Bool(value);
  }

  static GgufValue uint32(long value) {
    return new Int(GgufValueType.UINT32, value);
  }

  static GgufValue float32(float value) {
    return new Float32(value);
  }

  /**
   * An integer.
   *
   * @param type one of the eight integer types
   * @param value unsigned types widened; a UINT64 of 2^63 or more is the negative number with the
   *     same bits
   */
  record Int(GgufValueType type, long value) implements GgufValue {
    public Int {
      if (!type.holds(value)) {
        throw new IllegalArgumentException(value + " is no " + type);
      }
    }

    @Override
    public String toString() {
      return type == GgufValueType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
    }
  }

  record Float32(float value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.FLOAT32;
    }

    @Override
    public String toString() {
      return Float.toString(value);
    }
  }

  record Float64(double value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.FLOAT64;
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  record Bool(boolean value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.BOOL;
    }

    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  record Text(String value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.STRING;
    }

    @Override
    public String toString() {
      return value;
    }
  }
}
