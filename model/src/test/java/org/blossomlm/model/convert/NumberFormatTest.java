package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NumberFormatTest {
  private static float[] through(NumberFormat format, float... numbers) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[numbers.length * format.bytes() + 1]);
    // At an odd offset, as in a file whose header has an odd length.
    assertThat(format.encode(numbers, numbers.length, bytes, 1)).isTrue();
    var read = new float[numbers.length];
    format.decode(bytes, 1, numbers.length, read, 0);
    return read;
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void every_16_bit_number_survives(NumberFormat format) {
    for (int bits = 0; bits < 1 << 16; bits++) {
      MemorySegment bytes = MemorySegment.ofArray(new byte[] {(byte) bits, (byte) (bits >> 8)});
      var number = new float[1];
      format.decode(bytes, 0, 1, number, 0);
      if (!Float.isNaN(number[0])) {
        MemorySegment written = MemorySegment.ofArray(new byte[2]);
        assertThat(format.encode(number, 1, written, 0)).isTrue();
        assertThat(written.mismatch(bytes)).as("bits %x", bits).isEqualTo(-1);
      } else {
        assertThat(through(format, number)[0]).isNaN();
      }
    }
  }

  @Test
  void bf16_rounds_to_the_nearest_and_ties_to_even() {
    long seed = 7;
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 100_000; i++) {
      float number = Float.intBitsToFloat(random.nextInt());
      if (!Float.isFinite(number) || Math.abs(number) > 3e38f) {
        continue;
      }
      float rounded = through(NumberFormat.BF16, number)[0];
      int below = Float.floatToRawIntBits(number) & 0xFFFF0000;
      float low = Float.intBitsToFloat(below);
      float high = Float.intBitsToFloat(below + 0x10000);
      double toLow = Math.abs((double) number - low);
      double toHigh = Math.abs((double) high - number);
      float expected =
          toLow < toHigh ? low : toHigh < toLow ? high : (below >> 16 & 1) == 0 ? low : high;
      assertThat(rounded).as("%s, seed %d", number, seed).isEqualTo(expected);
    }
  }

  @Test
  void numbers_that_would_become_infinite_are_reported() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
    assertThat(NumberFormat.F16.encode(new float[] {65_504, 65_519}, 2, bytes, 0)).isTrue();
    assertThat(NumberFormat.F16.encode(new float[] {65_520}, 1, bytes, 0)).isFalse();
    assertThat(NumberFormat.F16.encode(new float[] {-1e9f}, 1, bytes, 0)).isFalse();
    assertThat(NumberFormat.F16.encode(new float[] {Float.NEGATIVE_INFINITY}, 1, bytes, 0))
        .isTrue();
    assertThat(NumberFormat.F16.encode(new float[] {Float.NaN}, 1, bytes, 0)).isTrue();
    assertThat(NumberFormat.BF16.encode(new float[] {Float.MAX_VALUE}, 1, bytes, 0)).isFalse();
  }

  @Test
  void doubles_are_rounded_to_floats() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
    bytes.set(java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, Math.PI);
    var read = new float[1];
    NumberFormat.F64.decode(bytes, 0, 1, read, 0);
    assertThat(read[0]).isEqualTo((float) Math.PI);
  }
}
