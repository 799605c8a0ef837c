package org.blossomlm.model.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A named array of numbers in a file. Its bytes are a read-only slice of the memory-mapped file:
 * nothing is copied.
 *
 * @param name as the file gives it, e.g. {@code blk.0.attn_q.weight}
 * @param type element type; quantised types store blocks of consecutive columns
 * @param dimensions fastest first, as in GGUF: {@code [columns, rows, ...]}
 * @param data exactly {@code type.bytes(elements)} bytes
 */
public record Tensor(String name, TensorType type, List<Long> dimensions, MemorySegment data) {
  public Tensor {
    dimensions = List.copyOf(dimensions);
  }

  /** Length of a row: the first dimension. */
  public long columns() {
    return dimensions.isEmpty() ? 1 : dimensions.getFirst();
  }

  /** Product of all dimensions but the first. */
  public long rows() {
    long rows = 1;
    for (int i = 1; i < dimensions.size(); i++) {
      rows = Math.multiplyExact(rows, dimensions.get(i));
    }
    return rows;
  }

  public long elements() {
    return columns() * rows();
  }

  /** Bytes from the start of one row to the start of the next. */
  public long rowBytes() {
    return type.bytes(columns());
  }
}
