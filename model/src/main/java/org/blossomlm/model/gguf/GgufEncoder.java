package org.blossomlm.model.gguf;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Encodes metadata and tensor infos in memory. */
final class GgufEncoder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final byte[] number = new byte[Long.BYTES];

  int size() {
    return out.size();
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  /** What was encoded so far, as the elements of an array. */
  GgufArray toArray(GgufValueType elementType, int length) {
    return new GgufArray(elementType, length, MemorySegment.ofArray(toBytes()).asReadOnly());
  }

  void raw(byte[] bytes) {
    out.writeBytes(bytes);
  }

  void uint32(int value) {
    integer(value, Integer.BYTES);
  }

  void uint64(long value) {
    integer(value, Long.BYTES);
  }

  /** A length in bytes and UTF-8. */
  void string(String text) {
    byte[] bytes = utf8(text);
    uint64(bytes.length);
    raw(bytes);
  }

  static byte[] utf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          throw new IllegalArgumentException(
              "unpaired surrogate in " + GgufException.quote(text) + ": it has no UTF-8 form");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void value(GgufValue value) {
    switch (value) {
      case GgufValue.Int i -> integer(i.value(), i.type().bytes());
      case GgufValue.Float32 f -> uint32(Float.floatToRawIntBits(f.value()));
      case GgufValue.Float64 f -> uint64(Double.doubleToRawLongBits(f.value()));
      case GgufValue.Bool b -> integer(b.value() ? 1 : 0, 1);
      case GgufValue.Text t -> string(t.value());
      case GgufArray a -> {
        uint32(a.elementType().id());
        uint64(a.length());
        raw(a.data().toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  private void integer(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      number[i] = (byte) (value >>> (8 * i));
    }
    out.write(number, 0, bytes);
  }
}
