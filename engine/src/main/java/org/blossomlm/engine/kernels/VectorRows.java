package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.HALVES;
import static org.blossomlm.engine.kernels.VectorShapes.INTS;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;
import static org.blossomlm.engine.kernels.VectorShapes.PARTS;
import static org.blossomlm.engine.kernels.VectorShapes.QUANTS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.blossomlm.model.tensor.Tensor;

/**
 * Decodes rows of weights to floats with vectors, to the very bits of {@link
 * org.blossomlm.model.tensor.Dequantizer}. The layouts are drawn there; here each method takes
 * sixteen quants at a time as signed bytes, and {@link #emit} widens and scales them. Methods stay
 * small: the JIT gives up on large ones.
 */
final class VectorRows {
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** The sixteen values of a non-linear 4-bit quant. */
  private static final ByteVector IQ4_VALUES =
      ByteVector.fromArray(
          QUANTS,
          new byte[] {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113},
          0);

  private VectorRows() {}

  /**
   * Decodes row {@code row} of {@code weights} to the first {@code columns} elements of {@code
   * out}.
   */
  static void decode(Tensor weights, long row, float[] out, int o) {
    MemorySegment data = weights.data();
    long at = row * weights.rowBytes();
    int columns = (int) weights.columns();
    switch (weights.type()) {
      case F32 -> MemorySegment.copy(data, FLOAT, at, out, o, columns);
      case F16 -> f16(data, at, columns, out, o);
      case BF16 -> bf16(data, at, columns, out, o);
      case Q4_0 -> q4_0(data, at, columns, out, o);
      case Q4_1 -> q4_1(data, at, columns, out, o);
      case Q5_0 -> q5_0(data, at, columns, out, o);
      case Q5_1 -> q5_1(data, at, columns, out, o);
      case Q8_0 -> q8_0(data, at, columns, out, o);
      case Q2_K -> q2_k(data, at, columns, out, o);
      case Q3_K -> q3_k(data, at, columns, out, o);
      case Q4_K -> q4_k(data, at, columns, out, o);
      case Q5_K -> q5_k(data, at, columns, out, o);
      case Q6_K -> q6_k(data, at, columns, out, o);
      case IQ4_NL -> iq4_nl(data, at, columns, out, o);
      case IQ4_XS -> iq4_xs(data, at, columns, out, o);
    }
  }

  static void f16(MemorySegment data, long at, int count, float[] out, int o) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      halves(data, at + 2L * i).intoArray(out, o + i);
    }
    for (; i < count; i++) {
      out[o + i] = half(data, at + 2L * i);
    }
  }

  /**
   * Float16 to float32 without conversion instructions: the bits moved into a float's exponent and
   * fraction are the value times 2^-112, subnormals included; infinities and NaNs need their
   * exponent set.
   */
  static FloatVector halves(MemorySegment data, long at) {
    return halves(widened(data, at));
  }

  /** Float16 in the low bits of each lane, the others zero. */
  static FloatVector halves(IntVector bits) {
    IntVector magnitude = bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
    IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
    VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7c00 << 13);
    IntVector value = finite.blend(magnitude.or(0x7f800000), special);
    return value.or(bits.and(0x8000).lanewise(VectorOperators.LSHL, 16)).reinterpretAsFloats();
  }

  /** Unsigned 16-bit numbers. */
  private static IntVector widened(MemorySegment data, long at) {
    ShortVector shorts = ShortVector.fromMemorySegment(HALVES, data, at, LITTLE_ENDIAN);
    return (IntVector) shorts.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static void bf16(MemorySegment data, long at, int count, float[] out, int o) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      IntVector bits = widened(data, at + 2L * i);
      bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, o + i);
    }
    for (; i < count; i++) {
      out[o + i] = Float.intBitsToFloat(data.get(SHORT, at + 2L * i) << 16);
    }
  }

  private static void q4_0(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 18) {
      float d = half(data, at);
      ByteVector packed = quants(data, at + 2);
      emit(low(packed).sub((byte) 8), d, out, o);
      emit(high(packed).sub((byte) 8), d, out, o + 16);
    }
  }

  private static void q4_1(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 20) {
      float d = half(data, at);
      float min = half(data, at + 2);
      ByteVector packed = quants(data, at + 4);
      emit(low(packed), d, min, out, o);
      emit(high(packed), d, min, out, o + 16);
    }
  }

  private static void q5_0(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 22) {
      float d = half(data, at);
      int fifth = data.get(INT, at + 2);
      ByteVector packed = quants(data, at + 6);
      emit(withBit(low(packed), fifth, 16).sub((byte) 16), d, out, o);
      emit(withBit(high(packed), fifth >>> 16, 16).sub((byte) 16), d, out, o + 16);
    }
  }

  private static void q5_1(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 24) {
      float d = half(data, at);
      float min = half(data, at + 2);
      int fifth = data.get(INT, at + 4);
      ByteVector packed = quants(data, at + 8);
      emit(withBit(low(packed), fifth, 16), d, min, out, o);
      emit(withBit(high(packed), fifth >>> 16, 16), d, min, out, o + 16);
    }
  }

  static void q8_0(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 34) {
      float d = half(data, at);
      emit(quants(data, at + 2), d, out, o);
      emit(quants(data, at + 18), d, out, o + 16);
    }
  }

  private static void q2_k(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 84) {
      float d = half(data, at + 80);
      float dmin = half(data, at + 82);
      for (int g = 0; g < 16; g++) {
        // Group g: 16 elements; half of the block g/8, shift by 2 bits every second group.
        int scale = data.get(JAVA_BYTE, at + g);
        ByteVector packed = quants(data, at + 16 + 32L * (g / 8) + 16L * (g & 1));
        ByteVector q = shifted(packed, g % 8 / 2 * 2).and((byte) 3);
        emitLess(q, d * (scale & 15), dmin * (scale >>> 4 & 15), out, o + 16 * g);
      }
    }
  }

  private static void q3_k(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 110) {
      float d = half(data, at + 108);
      for (int g = 0; g < 16; g++) {
        ByteVector packed = quants(data, at + 32 + 32L * (g / 8) + 16L * (g & 1));
        ByteVector q = shifted(packed, g % 8 / 2 * 2).and((byte) 3);
        ByteVector hmask = quants(data, at + 16L * (g & 1));
        VectorMask<Byte> lower =
            hmask.and((byte) (1 << (g / 2))).compare(VectorOperators.EQ, (byte) 0);
        float dl = d * (q3Scale(data, at + 96, g) - 32);
        emit(q.lanewise(VectorOperators.SUB, (byte) 4, lower), dl, out, o + 16 * g);
      }
    }
  }

  /**
   * Scale {@code g} of sixteen: 6 bits, the low four in bytes 0-7 (nibbles), the high two in bytes
   * 8-11.
   */
  private static int q3Scale(MemorySegment data, long scales, int g) {
    int low = data.get(JAVA_BYTE, scales + (g & 7)) >>> (g < 8 ? 0 : 4) & 15;
    int high = data.get(JAVA_BYTE, scales + 8 + (g & 3)) >>> (2 * (g / 4)) & 3;
    return low | high << 4;
  }

  private static void q4_k(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 144) {
      float d = half(data, at);
      float dmin = half(data, at + 2);
      long scales = scales(data, at + 4);
      long mins = mins(data, at + 4);
      for (int j = 0; j < 8; j += 2) {
        q4Pair(
            data,
            at + 16 + 16L * j,
            d,
            dmin,
            scales >>> (8 * j),
            mins >>> (8 * j),
            out,
            o + 32 * j);
      }
    }
  }

  /** Two groups of 32 that share their bytes: low nibbles, then high ones. */
  private static void q4Pair(
      MemorySegment data,
      long at,
      float d,
      float dmin,
      long scales,
      long mins,
      float[] out,
      int o) {
    ByteVector a = quants(data, at);
    ByteVector b = quants(data, at + 16);
    float d1 = d * (scales & 63);
    float m1 = dmin * (mins & 63);
    emitLess(low(a), d1, m1, out, o);
    emitLess(low(b), d1, m1, out, o + 16);
    float d2 = d * (scales >>> 8 & 63);
    float m2 = dmin * (mins >>> 8 & 63);
    emitLess(high(a), d2, m2, out, o + 32);
    emitLess(high(b), d2, m2, out, o + 48);
  }

  private static void q5_k(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 176) {
      float d = half(data, at);
      float dmin = half(data, at + 2);
      long scales = scales(data, at + 4);
      long mins = mins(data, at + 4);
      for (int j = 0; j < 8; j++) {
        q5Group(data, at, j, d * (scales >>> (8 * j) & 63), dmin * (mins >>> (8 * j) & 63), out, o);
      }
    }
  }

  /**
   * Group {@code j} of 32: nibbles of either half of their bytes, and bit {@code j} of 32 bytes.
   */
  private static void q5Group(
      MemorySegment data, long block, int j, float d, float min, float[] out, int o) {
    long packed = block + 48 + 32L * (j / 2);
    int shift = j % 2 * 4;
    for (int half = 0; half < 32; half += 16) {
      ByteVector q = shifted(quants(data, packed + half), shift).and((byte) 15);
      ByteVector fifth = shifted(quants(data, block + 16 + half), j).and((byte) 1);
      emitLess(q.or(fifth.lanewise(VectorOperators.LSHL, 4)), d, min, out, o + 32 * j + half);
    }
  }

  private static void q6_k(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 210) {
      float d = half(data, at + 208);
      for (int part = 0; part < 4; part++) {
        // Which half of the block, and which 16 of the 32 columns that share their upper bits.
        int n = part / 2;
        int l = part % 2 * 16;
        q6Part(
            data,
            at + 64L * n + l,
            at + 128 + 32L * n + l,
            at + 192 + 8L * n + l / 16,
            d,
            out,
            o + 128 * n + l);
      }
    }
  }

  private static void q6Part(
      MemorySegment data, long lower, long upper, long scales, float d, float[] out, int o) {
    ByteVector first = quants(data, lower);
    ByteVector second = quants(data, lower + 32);
    ByteVector two = quants(data, upper);
    q6(low(first), two, 0, d * data.get(JAVA_BYTE, scales), out, o);
    q6(low(second), two, 2, d * data.get(JAVA_BYTE, scales + 2), out, o + 32);
    q6(high(first), two, 4, d * data.get(JAVA_BYTE, scales + 4), out, o + 64);
    q6(high(second), two, 6, d * data.get(JAVA_BYTE, scales + 6), out, o + 96);
  }

  private static void q6(ByteVector q, ByteVector upper, int shift, float d, float[] out, int o) {
    ByteVector two = shifted(upper, shift).and((byte) 3).lanewise(VectorOperators.LSHL, 4);
    emit(q.or(two).sub((byte) 32), d, out, o);
  }

  private static void iq4_nl(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 32, at += 18) {
      float d = half(data, at);
      ByteVector packed = quants(data, at + 2);
      emit(low(packed).selectFrom(IQ4_VALUES), d, out, o);
      emit(high(packed).selectFrom(IQ4_VALUES), d, out, o + 16);
    }
  }

  private static void iq4_xs(MemorySegment data, long at, int columns, float[] out, int o) {
    for (int end = o + columns; o < end; o += 256, at += 136) {
      float d = half(data, at);
      int scalesHigh = data.get(SHORT, at + 2);
      for (int b = 0; b < 8; b++) {
        int scaleLow = data.get(JAVA_BYTE, at + 4 + b / 2) >>> (4 * (b & 1)) & 15;
        int scale = scaleLow | (scalesHigh >>> (2 * b) & 3) << 4;
        float dl = d * (scale - 32);
        ByteVector packed = quants(data, at + 8 + 16L * b);
        emit(low(packed).selectFrom(IQ4_VALUES), dl, out, o + 32 * b);
        emit(high(packed).selectFrom(IQ4_VALUES), dl, out, o + 32 * b + 16);
      }
    }
  }

  /** The eight 6-bit scales of a Q4_K or Q5_K block, a byte each. */
  private static long scales(MemorySegment data, long at) {
    int last = data.get(INT, at + 8) & 0x0f0f0f0f;
    return sixBits(data.get(INT, at), last);
  }

  /** The eight 6-bit minima of a Q4_K or Q5_K block, a byte each. */
  private static long mins(MemorySegment data, long at) {
    int last = data.get(INT, at + 8) >>> 4 & 0x0f0f0f0f;
    return sixBits(data.get(INT, at + 4), last);
  }

  /** The first four values stand in the low bits of a word whose high bits top the last four. */
  private static long sixBits(int first, int last) {
    int upper = (first >>> 6 & 0x03030303) << 4;
    return (long) (last | upper) << 32 | (first & 0x3f3f3f3f);
  }

  private static ByteVector withBit(ByteVector q, int bits, int value) {
    return q.lanewise(
        VectorOperators.OR, (byte) value, VectorMask.fromLong(QUANTS, bits & 0xffffL));
  }

  private static ByteVector quants(MemorySegment data, long at) {
    return ByteVector.fromMemorySegment(QUANTS, data, at, LITTLE_ENDIAN);
  }

  private static ByteVector low(ByteVector packed) {
    return packed.and((byte) 15);
  }

  private static ByteVector high(ByteVector packed) {
    return packed.lanewise(VectorOperators.LSHR, 4);
  }

  private static ByteVector shifted(ByteVector packed, int bits) {
    return packed.lanewise(VectorOperators.LSHR, bits);
  }

  private static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  /** {@code out = q · d}. */
  private static void emit(ByteVector q, float d, float[] out, int o) {
    for (int part = 0; part < PARTS; part++) {
      widen(q, part).mul(d).intoArray(out, o + part * LANES);
    }
  }

  /** {@code out = q · d + min}, rounded twice as the format's reference does. */
  private static void emit(ByteVector q, float d, float min, float[] out, int o) {
    for (int part = 0; part < PARTS; part++) {
      widen(q, part).mul(d).add(min).intoArray(out, o + part * LANES);
    }
  }

  /** {@code out = q · d - min}, rounded twice as the format's reference does. */
  private static void emitLess(ByteVector q, float d, float min, float[] out, int o) {
    for (int part = 0; part < PARTS; part++) {
      widen(q, part).mul(d).sub(min).intoArray(out, o + part * LANES);
    }
  }

  private static FloatVector widen(ByteVector q, int part) {
    return (FloatVector) q.convertShape(VectorOperators.B2F, FLOATS, part);
  }
}
