package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;

/** How keys and values are stored in a cache. */
public enum KvType {
  /** Two bytes an element. */
  F16,
  /** Blocks of 32: a float16 scale and 32 signed bytes, as in GGUF; head sizes divisible by 32. */
  Q8_0;

  /** Elements of a block. */
  static final int BLOCK = 32;

  static final int BLOCK_BYTES = 34;

  /** Bytes of {@code elements} consecutive elements. */
  public long bytes(int elements) {
    return switch (this) {
      case F16 -> 2L * elements;
      case Q8_0 -> (long) elements / BLOCK * BLOCK_BYTES;
    };
  }

  /** Whether heads of this size can be stored. */
  public boolean holds(int headSize) {
    return this == F16 || headSize % BLOCK == 0;
  }

  /** Decodes the first {@code count} elements of a vector that starts at byte {@code at}. */
  public void load(MemorySegment source, long at, float[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = element(source, at, i);
    }
  }

  /** Element {@code i} of a vector that starts at byte {@code at}. */
  float element(MemorySegment source, long at, int i) {
    return switch (this) {
      case F16 -> half(source, at + 2L * i);
      case Q8_0 -> {
        long block = at + (long) i / BLOCK * BLOCK_BYTES;
        yield half(source, block) * source.get(JAVA_BYTE, block + 2 + i % BLOCK);
      }
    };
  }

  private static float half(MemorySegment source, long at) {
    return Float.float16ToFloat(source.get(JAVA_SHORT_UNALIGNED, at));
  }

  /** As users write it: {@code f16}, {@code q8_0}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<KvType> of(String id) {
    for (KvType type : values()) {
      if (type.id().equals(id)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
