package org.blossomlm.model.gguf;

import java.util.Map;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/** Reads all that a file offers, as a program that trusts it would. */
final class EveryByte {
  private static final int CHUNK_BLOCKS = 64;

  private EveryByte() {}

  /** May throw {@link GgufException} where a value is asked for as another type; nothing else. */
  static void read(GgufFile file) {
    file.metadata().keys().forEach(key -> read(file.metadata(), key));
    file.tensors().values().forEach(EveryByte::read);
  }

  static void read(Map<String, GgufValue> values) {
    GgufMetadata metadata = GgufMetadata.of(values);
    values.keySet().forEach(key -> read(metadata, key));
  }

  private static void read(GgufMetadata metadata, String key) {
    metadata.value(key).ifPresent(EveryByte::read);
    for (Runnable access :
        new Runnable[] {
          () -> metadata.string(key),
          () -> metadata.integer(key),
          () -> metadata.number(key),
          () -> metadata.bool(key),
          () -> metadata.strings(key),
          () -> metadata.integers(key),
          () -> metadata.floats(key)
        }) {
      try {
        access.run();
      } catch (GgufException e) {
        if (e.getMessage() == null || e.getMessage().lines().count() != 1) {
          throw new AssertionError("not one line", e);
        }
      }
    }
  }

  private static void read(GgufValue value) {
    if (value.toString().isEmpty() && !(value instanceof GgufValue.Text)) {
      throw new AssertionError("nothing to show");
    }
    if (value instanceof GgufArray array) {
      int step = Math.max(1, array.length() / 100);
      for (int i = 0; i < array.length(); i += step) {
        read(array.get(i));
      }
    }
  }

  static void read(Tensor tensor) {
    long elements = tensor.elements();
    if (tensor.type().bytes(elements) != tensor.data().byteSize()) {
      throw new AssertionError(tensor.name() + " has not the bytes of its shape");
    }
    var chunk = new float[CHUNK_BLOCKS * tensor.type().blockElements()];
    long offset = 0;
    for (long left = elements; left > 0; left -= chunk.length) {
      int count = (int) Math.min(left, chunk.length);
      Dequantizer.dequantize(tensor.type(), tensor.data(), offset, count, chunk, 0);
      offset += tensor.type().bytes(count);
    }
  }
}
