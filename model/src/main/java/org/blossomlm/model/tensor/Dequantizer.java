package org.blossomlm.model.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Decodes blocks to float, exact to the bit pattern that the format defines. This is the
 * specification: the layouts are drawn in {@link SimpleBlocks} (32 elements under one scale) and
 * {@link SuperBlocks} (256 elements with scales of their parts), and every faster kernel is tested
 * against it.
 *
 * <p>What "exact" means: the operations are those of ggml's {@code dequantize_row_*} functions, in
 * single precision, in their order and unfused, so {@code d * q - m} rounds twice.
 */
public final class Dequantizer {
  private Dequantizer() {}

  /**
   * Decodes {@code count} consecutive elements.
   *
   * @param type the type of {@code source}
   * @param source blocks
   * @param offset byte offset of the first block
   * @param count elements, a multiple of the block size
   * @param target receives {@code count} floats from {@code targetOffset}
   * @throws IllegalArgumentException if {@code count} is not a multiple of the block size
   * @throws IndexOutOfBoundsException if source or target is too short; nothing is written then
   */
  public static void dequantize(
      TensorType type,
      MemorySegment source,
      long offset,
      int count,
      float[] target,
      int targetOffset) {
    Objects.checkFromIndexSize(offset, type.bytes(count), source.byteSize());
    Objects.checkFromIndexSize(targetOffset, count, target.length);
    switch (type) {
      case F32 -> SimpleBlocks.f32(source, offset, count, target, targetOffset);
      case F16 -> SimpleBlocks.f16(source, offset, count, target, targetOffset);
      case BF16 -> SimpleBlocks.bf16(source, offset, count, target, targetOffset);
      default -> {
        BlockDecoder decoder = decoder(type);
        int step = type.blockElements();
        long block = offset;
        for (int i = 0; i < count; i += step, block += type.blockBytes()) {
          decoder.decode(source, block, target, targetOffset + i);
        }
      }
    }
  }

  private static BlockDecoder decoder(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no blocks");
      case Q4_0 -> SimpleBlocks::q4_0;
      case Q4_1 -> SimpleBlocks::q4_1;
      case Q5_0 -> SimpleBlocks::q5_0;
      case Q5_1 -> SimpleBlocks::q5_1;
      case Q8_0 -> SimpleBlocks::q8_0;
      case IQ4_NL -> SimpleBlocks::iq4_nl;
      case Q2_K -> SuperBlocks::q2_k;
      case Q3_K -> SuperBlocks::q3_k;
      case Q4_K -> SuperBlocks::q4_k;
      case Q5_K -> SuperBlocks::q5_k;
      case Q6_K -> SuperBlocks::q6_k;
      case IQ4_XS -> SuperBlocks::iq4_xs;
    };
  }

  /** Decodes the block at {@code block} to {@code y[i...]}. */
  @FunctionalInterface
  private interface BlockDecoder {
    void decode(MemorySegment x, long block, float[] y, int i);
  }
}
