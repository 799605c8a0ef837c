package org.blossomlm.model.convert;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.blossomlm.model.quantize.RowQuantizer;
import org.blossomlm.model.tensor.TensorType;

/** Numbers to the bytes of a type. Safe for use by many threads. */
sealed interface RowEncoder {
  /** The plain format that is written, if it is one. */
  Optional<NumberFormat> format();

  /**
   * Encodes whole rows.
   *
   * @param name of the tensor, for errors
   * @param numbers whole rows, and so whole blocks
   * @throws ConversionException if the type cannot hold a number
   */
  byte[] encode(String name, float[] numbers);

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
    public byte[] encode(String name, float[] numbers) {
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
    private static final float LARGEST = 65_504;

    @Override
    public Optional<NumberFormat> format() {
      return Optional.empty();
    }

    @Override
    public byte[] encode(String name, float[] numbers) {
      for (float number : numbers) {
        if (!(Math.abs(number) <= LARGEST)) {
          throw new ConversionException(
              "tensor %s has the number %s; %s holds finite ones up to %s"
                  .formatted(name, number, type, LARGEST));
        }
      }
      var bytes = new byte[Math.toIntExact(type.bytes(numbers.length))];
      // Keeps scratch memory, so each call has its own.
      new RowQuantizer(type).quantize(numbers, 0, numbers.length, null, bytes, 0);
      return bytes;
    }
  }
}
