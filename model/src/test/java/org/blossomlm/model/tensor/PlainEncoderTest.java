package org.blossomlm.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.blossomlm.model.quantize.RowQuantizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlainEncoderTest {
  /** Quiet and signalling ones, of both signs, some of which rounding would carry out of. */
  private static final int[] NOT_NUMBERS = {
    0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF, 0x7FFF8000
  };

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void what_is_not_a_number_stays_so(TensorType type) {
    for (int bits : NOT_NUMBERS) {
      byte[] bytes = new byte[(int) type.bytes(1)];
      new RowQuantizer(type)
          .quantize(new float[] {Float.intBitsToFloat(bits)}, 0, 1, null, bytes, 0);
      var read = new float[1];
      Dequantizer.dequantize(type, MemorySegment.ofArray(bytes), 0, 1, read, 0);
      assertThat(read[0]).as("%s of %x", type, bits).isNaN();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void infinities_stay_infinite(TensorType type) {
    float[] numbers = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
    byte[] bytes = new byte[(int) type.bytes(2)];
    PlainEncoder.encode(type, numbers, 0, 2, MemorySegment.ofArray(bytes), 0);
    var read = new float[2];
    Dequantizer.dequantize(type, MemorySegment.ofArray(bytes), 0, 2, read, 0);
    assertThat(read).containsExactly(numbers);
    assertThat(PlainEncoder.overflows(type, numbers, 2)).isFalse();
  }
}
