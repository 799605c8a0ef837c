package org.blossomlm.model.tensor;

import java.util.Optional;

/**
 * Element types of GGUF tensors, with their number in the file format and the size of a block
 * (ggml's {@code ggml_type} and {@code type_traits}).
 */
public enum TensorType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  IQ4_NL(20, 32, 18),
  IQ4_XS(23, 256, 136),
  BF16(30, 1, 2);

  private final int ggufId;
  private final int blockElements;
  private final int blockBytes;

  TensorType(int ggufId, int blockElements, int blockBytes) {
    this.ggufId = ggufId;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** The number that stands for this type in a GGUF tensor info. */
  public int ggufId() {
    return ggufId;
  }

  /** Elements per block; 1 for plain floats. */
  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code elements} consecutive elements, which must be a multiple of {@link
   * #blockElements()}.
   */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new IllegalArgumentException(
          "elements must be a multiple of "
              + blockElements
              + " for "
              + this
              + ": elements="
              + elements);
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }

  public static Optional<TensorType> ofGgufId(int id) {
    for (TensorType type : values()) {
      if (type.ggufId == id) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
