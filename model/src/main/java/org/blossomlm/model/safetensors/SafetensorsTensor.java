package org.blossomlm.model.safetensors;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A named array in a file. Its bytes are a read-only slice of the memory-mapped file.
 *
 * @param shape slowest first, as in PyTorch: {@code [rows, columns]}; empty for a single number
 * @param data exactly as many bytes as type and shape take, at any alignment
 */
public record SafetensorsTensor(
    String name, SafetensorsType type, List<Long> shape, MemorySegment data) {
  public SafetensorsTensor {
    shape = List.copyOf(shape);
  }

  /** Product of the shape. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
