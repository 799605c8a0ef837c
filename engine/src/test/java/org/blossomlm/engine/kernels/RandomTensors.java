package org.blossomlm.engine.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.random.RandomGenerator;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/** Tensors of random blocks whose scales are finite and of ordinary size. */
public final class RandomTensors {
  private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;

  private RandomTensors() {}

  public static MemorySegment floats(RandomGenerator random, int count, Arena arena) {
    MemorySegment segment = arena.allocate(Math.max(1, count) * 4L, 64);
    for (int i = 0; i < count; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return segment;
  }

  public static Tensor of(
      TensorType type, int columns, int rows, RandomGenerator random, Arena arena) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(columns) * rows)];
    random.nextBytes(bytes);
    MemorySegment data = arena.allocate(bytes.length);
    data.copyFrom(MemorySegment.ofArray(bytes));
    for (long at = 0; at < bytes.length; at += type.blockBytes()) {
      switch (type) {
        case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, (float) random.nextGaussian());
        case F16 -> scale(data, at, random);
        case BF16 ->
            data.set(
                HALF, at, (short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16));
        case Q4_0, Q5_0, Q8_0, IQ4_NL, IQ4_XS -> scale(data, at, random);
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          scale(data, at, random);
          scale(data, at + 2, random);
        }
        case Q2_K -> {
          scale(data, at + 80, random);
          scale(data, at + 82, random);
        }
        case Q3_K -> scale(data, at + 108, random);
        case Q6_K -> scale(data, at + 208, random);
      }
    }
    return new Tensor("random", type, List.of((long) columns, (long) rows), data);
  }

  private static void scale(MemorySegment data, long at, RandomGenerator random) {
    data.set(HALF, at, Float.floatToFloat16((float) random.nextGaussian() * 0.01f));
  }
}
