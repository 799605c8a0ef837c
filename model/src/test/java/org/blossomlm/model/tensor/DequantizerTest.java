package org.blossomlm.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The decoding of blocks, to the bit. */
class DequantizerTest {
  private static float[] decode(TensorType type, byte[] bytes) {
    int count = bytes.length / type.blockBytes() * type.blockElements();
    var floats = new float[count];
    Dequantizer.dequantize(type, MemorySegment.ofArray(bytes), 0, count, floats, 0);
    return floats;
  }

  /** Bytes from hexadecimal; {@code xx*n} repeats a byte. */
  private static byte[] hex(String text) {
    var expanded = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      int star = word.indexOf('*');
      expanded.append(
          star < 0
              ? word
              : word.substring(0, star).repeat(Integer.parseInt(word.substring(star + 1))));
    }
    return HexFormat.of().parseHex(expanded);
  }

  private static float[] repeat(float value, int count) {
    var floats = new float[count];
    Arrays.fill(floats, value);
    return floats;
  }

  private static float[] concat(float[]... parts) {
    int length = 0;
    for (float[] part : parts) {
      length += part.length;
    }
    var all = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** Blocks whose values can be worked out on paper. 1.0 is 3c00 in binary16, 0.5 is 3800. */
  @Nested
  @DisplayName("a block written by hand")
  class Golden {
    @Test
    void f32() {
      assertThat(decode(TensorType.F32, hex("0000803f 000000c0"))).containsExactly(1f, -2f);
    }

    @Test
    void f16() {
      assertThat(decode(TensorType.F16, hex("003c 00c0 0100 ff7b 007c")))
          .containsExactly(1f, -2f, 0x1p-24f, 65504f, Float.POSITIVE_INFINITY);
    }

    @Test
    void bf16() {
      assertThat(decode(TensorType.BF16, hex("803f 00c0 80ff")))
          .containsExactly(1f, -2f, Float.NEGATIVE_INFINITY);
    }

    @Test
    @DisplayName("Q4_0: low nibbles are elements 0-15, high nibbles 16-31, both minus 8")
    void q4_0() {
      float[] y = decode(TensorType.Q4_0, hex("0038 f0 88*14 1e"));
      assertThat(y[0]).isEqualTo(-4f);
      assertThat(y[16]).isEqualTo(3.5f);
      assertThat(y[1]).isZero();
      assertThat(y[15]).isEqualTo(3f);
      assertThat(y[31]).isEqualTo(-3.5f);
    }

    @Test
    @DisplayName("Q4_1: d q + m")
    void q4_1() {
      assertThat(decode(TensorType.Q4_1, hex("0038 00bc f2*16")))
          .containsExactly(concat(repeat(0f, 16), repeat(6.5f, 16)));
    }

    @Test
    @DisplayName("Q5_0: bit j of qh is the fifth bit of element j")
    void q5_0() {
      float[] y = decode(TensorType.Q5_0, hex("003c 01000080 00*15 f0"));
      assertThat(y[0]).isZero();
      assertThat(y[1]).isEqualTo(-16f);
      assertThat(y[30]).isEqualTo(-16f);
      assertThat(y[31]).isEqualTo(15f);
    }

    @Test
    @DisplayName("Q5_1: d q + m with five bits")
    void q5_1() {
      float[] y = decode(TensorType.Q5_1, hex("003c 0038 02000000 11*16"));
      assertThat(y[0]).isEqualTo(1.5f);
      assertThat(y[1]).isEqualTo(17.5f);
      assertThat(y[17]).isEqualTo(1.5f);
    }

    @Test
    void q8_0() {
      float[] y = decode(TensorType.Q8_0, hex("0038 80 7f ff 00*29"));
      assertThat(y).startsWith(-64f, 63.5f, -0.5f, 0f);
    }

    @Test
    @DisplayName("IQ4_NL: nibbles index the levels")
    void iq4_nl() {
      float[] y = decode(TensorType.IQ4_NL, hex("003c 80 1f 00*14"));
      assertThat(y[0]).isEqualTo(-127f);
      assertThat(y[16]).isEqualTo(1f);
      assertThat(y[1]).isEqualTo(113f);
      assertThat(y[17]).isEqualTo(-104f);
    }

    @Test
    @DisplayName(
        "Q2_K: part p of 16 has scale and min in byte p; two bits of a byte per 32 elements")
    void q2_k() {
      // scale 1 and min 0 everywhere but in part 2 (elements 32-47): scale 2, min 3
      float[] y = decode(TensorType.Q2_K, hex("01 01 32 01*13 e4*64 003c 0038"));
      float[] first =
          concat(
              repeat(0f, 32),
              repeat(2 * 1 - 1.5f, 16),
              repeat(1f, 16),
              repeat(2f, 32),
              repeat(3f, 32));
      float[] second = concat(repeat(0f, 32), repeat(1f, 32), repeat(2f, 32), repeat(3f, 32));
      assertThat(y).containsExactly(concat(first, second));
    }

    @Test
    @DisplayName("Q3_K: a clear bit of hmask subtracts 4; scales are six bits minus 32")
    void q3_k() {
      // all scales 33: low nibble 1, upper bits 2. hmask bit 0 is set: elements 0-31 keep their q.
      float[] y = decode(TensorType.Q3_K, hex("01*32 ff*64 11*8 aa*4 003c"));
      assertThat(y).containsExactly(concat(repeat(3f, 32), repeat(-1f, 224)));
    }

    @Test
    @DisplayName("Q4_K: six-bit scales and mins of eight parts")
    void q4_k() {
      // bytes 0-3: scales 0-3 = 1 and upper bits 1 for scales 4-7; 4-7: mins 0-3 = 2, upper bits 2
      // for mins 4-7; 8-11: low nibbles 3 and 4. So scales 1 and 19, mins 2 and 36.
      float[] y = decode(TensorType.Q4_K, hex("003c 003c 41*4 82*4 43*4 a5*128"));
      float[] low = concat(repeat(5f - 2, 32), repeat(10f - 2, 32));
      float[] high = concat(repeat(19 * 5f - 36, 32), repeat(19 * 10f - 36, 32));
      assertThat(y).containsExactly(concat(low, low, high, high));
    }

    @Test
    @DisplayName("Q5_K: bit p of qh byte l is the fifth bit of element 32 p + l")
    void q5_k() {
      float[] y = decode(TensorType.Q5_K, hex("003c 0000 01*4 00*4 01*4 02 00*31 31*128"));
      assertThat(y[0]).isEqualTo(1f);
      assertThat(y[32]).isEqualTo(16f + 3);
      assertThat(y[33]).isEqualTo(3f);
      assertThat(y[64]).isEqualTo(1f);
      assertThat(y[255]).isEqualTo(3f);
    }

    @Test
    @DisplayName("Q6_K: four low bits in ql, two high bits in qh, signed scales")
    void q6_k() {
      // ql 0x21: 1 for elements 0-63 of each 128, 2 for 64-127; qh 0xe4: 0, 1, 2, 3 per 32 elements
      float[] y = decode(TensorType.Q6_K, hex("21*128 e4*64 01*15 ff 003c"));
      float[] group = concat(repeat(-31f, 32), repeat(-15f, 32), repeat(2f, 32), repeat(18f, 32));
      float[] expected = concat(group, group);
      Arrays.fill(expected, 240, 256, -18f);
      assertThat(y).containsExactly(expected);
    }

    @Test
    @DisplayName("IQ4_XS: six-bit scales minus 32 of eight parts, levels of IQ4_NL")
    void iq4_xs() {
      // scale 0 is 1 + 16 * 2 - 32 = 1, scale 1 is 2 + 0 - 32 = -30, the others are -32
      float[] y = decode(TensorType.IQ4_XS, hex("003c 0200 21 00*3 98*128"));
      assertThat(y).startsWith(concat(repeat(1f, 16), repeat(13f, 16)));
      assertThat(y[32]).isEqualTo(-30f);
      assertThat(y[48]).isEqualTo(-390f);
      assertThat(y[255]).isEqualTo(-32f * 13);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("random bytes decode to the same bits as an independent decoder")
  void agreesWithIndependentDecoder(TensorType type) {
    long seed = new SplittableRandom().nextLong();
    var random = new SplittableRandom(seed);
    int blocks = Math.max(400, 20_000 / type.blockElements());
    var bytes = new byte[blocks * type.blockBytes()];
    random.nextBytes(bytes);

    float[] decoded = decode(type, bytes);

    for (int i = 0; i < decoded.length; i++) {
      float expected = IndependentDecoder.element(type, bytes, i);
      if (Float.floatToIntBits(decoded[i]) != Float.floatToIntBits(expected)) {
        throw new AssertionError(
            "element %d of %s is %s, expected %s; seed %d"
                .formatted(i, type, decoded[i], expected, seed));
      }
    }
  }

  @Test
  @DisplayName("every binary16 is decoded, NaN and subnormals included")
  void everyHalf() {
    var bytes = new byte[2 << 16];
    for (int i = 0; i < 1 << 16; i++) {
      bytes[2 * i] = (byte) i;
      bytes[2 * i + 1] = (byte) (i >> 8);
    }
    float[] decoded = decode(TensorType.F16, bytes);
    for (int i = 0; i < decoded.length; i++) {
      int expected = Float.floatToIntBits(IndependentDecoder.element(TensorType.F16, bytes, i));
      assertThat(Float.floatToIntBits(decoded[i])).isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("plain floats keep every bit, the payload of a NaN included")
  void nanPayload() {
    float[] f32 = decode(TensorType.F32, hex("2301c07f"));
    float[] bf16 = decode(TensorType.BF16, hex("c37f"));
    assertThat(Float.floatToRawIntBits(f32[0])).isEqualTo(0x7fc00123);
    assertThat(Float.floatToRawIntBits(bf16[0])).isEqualTo(0x7fc30000);
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  @DisplayName("a NaN scale gives NaN, an infinite one infinities and NaN, never an exception")
  void specialScales(TensorType type) {
    int scaleAt =
        switch (type) {
          case Q2_K -> 80;
          case Q3_K -> 108;
          case Q6_K -> 208;
          default -> 0;
        };
    var random = new SplittableRandom(7);
    var bytes = new byte[type.blockBytes()];
    random.nextBytes(bytes);
    bytes[scaleAt] = 0;
    bytes[scaleAt + 1] = 0x7e;
    for (float y : decode(type, bytes)) {
      assertThat(y).isNaN();
    }
    bytes[scaleAt + 1] = 0x7c;
    for (float y : decode(type, bytes)) {
      assertThat(Float.isFinite(y)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("any run of blocks decodes as it does within the whole")
  void decodesAnyRunOfBlocks(TensorType type) {
    var random = new SplittableRandom(11);
    var bytes = new byte[5 * type.blockBytes()];
    random.nextBytes(bytes);
    float[] whole = decode(type, bytes);
    int elements = type.blockElements();

    var target = new float[2 * elements + 3];
    Dequantizer.dequantize(
        type,
        MemorySegment.ofArray(bytes).asReadOnly(),
        2L * type.blockBytes(),
        2 * elements,
        target,
        2);

    assertThat(Arrays.copyOfRange(target, 2, 2 + 2 * elements))
        .containsExactly(Arrays.copyOfRange(whole, 2 * elements, 4 * elements));
    assertThat(target[1]).isZero();
    assertThat(target[target.length - 1]).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a source or target that is too short is refused before anything is written")
  void refusesShortArrays(TensorType type) {
    MemorySegment block = MemorySegment.ofArray(new byte[type.blockBytes()]).asReadOnly();
    int count = type.blockElements();
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> Dequantizer.dequantize(type, block, 1, count, new float[count], 0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> Dequantizer.dequantize(type, block, -1, count, new float[count], 0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> Dequantizer.dequantize(type, block, 0, count, new float[count], 1));
  }

  @Test
  void refusesHalfABlock() {
    MemorySegment block = MemorySegment.ofArray(new byte[18]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dequantizer.dequantize(TensorType.Q4_0, block, 0, 16, new float[16], 0))
        .withMessageContaining("multiple of 32");
  }
}
