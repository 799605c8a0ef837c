package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.TensorType;

/*
 * The codes of a block are uniformly random; its scales are set so that the weights have mean 0 and a given standard
 * deviation. What a code is worth differs from type to type, so the deviation of blocks of scale 1 is measured once
 * and divided by. Types without an offset get scales of both signs, types with one get the offset that centres them.
 */
/** Random weights in the bytes of a tensor type. */
final class RandomBlocks {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CALIBRATION_BLOCKS = 256;

  private final TensorType type;
  private final float scale;

  /**
   * @param deviation standard deviation of the weights
   */
  RandomBlocks(TensorType type, double deviation) {
    this.type = type;
    this.scale = (float) (deviation / deviationAtScaleOne(type));
  }

  private static double deviationAtScaleOne(TensorType type) {
    if (type.blockElements() == 1) {
      return 1;
    }
    int elements = CALIBRATION_BLOCKS * type.blockElements();
    MemorySegment sample =
        MemorySegment.ofArray(new long[CALIBRATION_BLOCKS * type.blockBytes() / Long.BYTES]);
    new RandomBlocks(type).fill(sample, new SplittableRandom(1));
    float[] weights = new float[elements];
    Dequantizer.dequantize(type, sample, 0, elements, weights, 0);
    double squares = 0;
    for (float weight : weights) {
      squares += (double) weight * weight;
    }
    return Math.sqrt(squares / elements);
  }

  private RandomBlocks(TensorType type) {
    this.type = type;
    this.scale = 1;
  }

  /** Fills {@code blocks}, which holds whole blocks. */
  void fill(MemorySegment blocks, SplittableRandom random) {
    long bytes = blocks.byteSize();
    long at = 0;
    for (; at + Long.BYTES <= bytes; at += Long.BYTES) {
      blocks.set(LONG, at, random.nextLong());
    }
    for (; at < bytes; at++) {
      blocks.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
    switch (type) {
      case F32, F16, BF16 -> floats(blocks);
      default -> {
        for (long block = 0; block < bytes; block += type.blockBytes()) {
          shape(blocks, block, random.nextInt());
        }
      }
    }
  }

  /** Turns random bits into uniform numbers; √3 times the deviation is the half width. */
  private void floats(MemorySegment out) {
    int step = type.blockBytes();
    float unit = (float) (scale * Math.sqrt(3) / 0x1p15);
    for (long at = 0; at < out.byteSize(); at += step) {
      float value = (out.get(SHORT, at) + 0.5f) * unit;
      switch (type) {
        case F32 -> out.set(INT, at, Float.floatToRawIntBits(value));
        case F16 -> out.set(SHORT, at, Float.floatToFloat16(value));
        case BF16 -> out.set(SHORT, at, (short) (Float.floatToRawIntBits(value) >>> 16));
        default -> throw new IllegalStateException(type.name());
      }
    }
  }

  /** Sets the scales of one block. The codes stay as random as they are. */
  private void shape(MemorySegment x, long at, int bits) {
    float magnitude = scale * (0.75f + (bits & 0xFFFF) * (0.5f / 0xFFFF));
    float signed = bits < 0 ? -magnitude : magnitude;
    switch (type) {
      case Q4_0, Q5_0, IQ4_NL, IQ4_XS -> half(x, at, signed);
      case Q8_0 -> {
        half(x, at, signed);
        // Quantising never gives -128, and kernels may rely on it.
        for (long i = at + 2; i < at + 34; i++) {
          if (x.get(ValueLayout.JAVA_BYTE, i) == Byte.MIN_VALUE) {
            x.set(ValueLayout.JAVA_BYTE, i, (byte) -Byte.MAX_VALUE);
          }
        }
      }
      case Q4_1 -> halves(x, at, signed, -7.5f * signed);
      case Q5_1 -> halves(x, at, signed, -15.5f * signed);
      case Q2_K -> {
        for (long i = at; i < at + 16; i++) {
          sameNibbles(x, i);
        }
        halves(x, at + 80, magnitude, 1.5f * magnitude);
      }
      case Q3_K -> half(x, at + 108, signed);
      case Q4_K -> {
        minsLikeScales(x, at + 4);
        halves(x, at, magnitude, 7.5f * magnitude);
      }
      case Q5_K -> {
        minsLikeScales(x, at + 4);
        halves(x, at, magnitude, 15.5f * magnitude);
      }
      case Q6_K -> half(x, at + 208, signed);
      case F32, F16, BF16 -> throw new IllegalStateException(type.name());
    }
  }

  /** Makes the eight mins of the 12 scale bytes of Q4_K and Q5_K equal to the eight scales. */
  private static void minsLikeScales(MemorySegment x, long scales) {
    x.set(INT, scales + 4, x.get(INT, scales));
    for (long i = scales + 8; i < scales + 12; i++) {
      sameNibbles(x, i);
    }
  }

  private static void sameNibbles(MemorySegment x, long at) {
    int low = x.get(ValueLayout.JAVA_BYTE, at) & 0xF;
    x.set(ValueLayout.JAVA_BYTE, at, (byte) (low | low << 4));
  }

  private static void halves(MemorySegment x, long at, float first, float second) {
    half(x, at, first);
    half(x, at + 2, second);
  }

  private static void half(MemorySegment x, long at, float value) {
    x.set(SHORT, at, Float.floatToFloat16(value));
  }
}
