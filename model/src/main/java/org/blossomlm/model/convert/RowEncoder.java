package org.blossomlm.model.convert;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.blossomlm.model.tensor.TensorType;

/** Numbers to the bytes of a type. */
sealed interface RowEncoder {
  /** The plain format that is written, if it is one. */
  Optional<NumberFormat> format();

  /**
   * Encodes whole rows.
   *
   * @param name of the tensor, for errors
   * @param numbers a multiple of {@code columns}
   */
  byte[] encode(String name, float[] numbers, int columns);

  static RowEncoder of(TensorType type) {
    return NumberFormat.of(type).<RowEncoder>map(Plain::new).orElseGet(() -> new Blocks(type));
  }

  /** Plain floats. */
  record Plain(NumberFormat written) implements RowEncoder {
    @Override
    public Optional<NumberFormat> format() {
      return Optional.of(written);
    }

    @Override
    public byte[] encode(String name, float[] numbers, int columns) {
      var bytes = new byte[Math.multiplyExact(numbers.length, written.bytes())];
      if (!written.encode(numbers, numbers.length, MemorySegment.ofArray(bytes), 0)) {
        throw new ConversionException(
            "tensor %s has numbers that are too large for %s; convert with --type %s"
                .formatted(name, written, written == NumberFormat.F16 ? "bf16 or f32" : "f32"));
      }
      return bytes;
    }
  }

  /** Quantised blocks. */
  record Blocks(TensorType type) implements RowEncoder {
    @Override
    public Optional<NumberFormat> format() {
      return Optional.empty();
    }

    @Override
    public byte[] encode(String name, float[] numbers, int columns) {
      throw new UnsupportedOperationException("waiting for the quantiser");
    }
  }
}
