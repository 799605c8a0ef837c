package org.blossomlm.model.quantize;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.blossomlm.model.tensor.PlainEncoder;
import org.blossomlm.model.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Turns weights into blocks of a type, the inverse of {@link
 * org.blossomlm.model.tensor.Dequantizer}. Keeps scratch memory: each thread needs its own.
 */
public final class RowQuantizer {
  private final TensorType type;
  private final BlockCoder coder;

  public RowQuantizer(TensorType type) {
    this.type = type;
    this.coder =
        switch (type) {
          case F32, F16, BF16 ->
              (weights, from, count, importance, target, at) ->
                  PlainEncoder.encode(
                      type, weights, from, count, MemorySegment.ofArray(target), at);
          case Q8_0 -> SmallBlocks::q80;
          case Q4_0 -> new SmallBlocks.Symmetric(8);
          case Q5_0 -> new SmallBlocks.Symmetric(16);
          case Q4_1 -> new SmallBlocks.Affine(15);
          case Q5_1 -> new SmallBlocks.Affine(31);
          case IQ4_NL -> new SmallBlocks.Uneven();
          case Q2_K -> AffineSuperBlocks.q2k();
          case Q3_K -> SymmetricSuperBlocks.q3k();
          case Q4_K -> AffineSuperBlocks.q4k();
          case Q5_K -> AffineSuperBlocks.q5k();
          case Q6_K -> SymmetricSuperBlocks.q6k();
          case IQ4_XS -> SymmetricSuperBlocks.iq4xs();
        };
  }

  public TensorType type() {
    return type;
  }

  /**
   * Encodes {@code count} weights from {@code from}.
   *
   * @param weights any for F32, F16 and BF16 (see {@link PlainEncoder}); for types of blocks
   *     finite, and in magnitude at most 65,504
   * @param count a multiple of the type's block
   * @param importance how much an error at each weight counts, indexed as the weights are; null
   *     where that is not known
   * @param target receives the blocks from {@code at}
   */
  public void quantize(
      float[] weights, int from, int count, float @Nullable [] importance, byte[] target, int at) {
    Objects.checkFromIndexSize(from, count, weights.length);
    Objects.checkFromIndexSize(at, type.bytes(count), target.length);
    if (importance != null) {
      Objects.checkFromIndexSize(from, count, importance.length);
    }
    coder.encode(weights, from, count, importance, target, at);
  }
}
