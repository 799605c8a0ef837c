package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Blocks of random weights")
class RandomBlocksTest {
  private static final int ELEMENTS = 256 * 512;
  private static final double DEVIATION = 0.02;

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void weights_of_every_type_have_mean_0_and_the_deviation_asked_for(TensorType type) {
    float[] weights = weights(type);
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (float weight : weights) {
      sum += weight;
      squares += (double) weight * weight;
      largest = Math.max(largest, Math.abs(weight));
    }
    assertThat(sum / ELEMENTS).isCloseTo(0, within(DEVIATION / 20));
    assertThat(Math.sqrt(squares / ELEMENTS)).isCloseTo(DEVIATION, within(DEVIATION / 20));
    assertThat(largest).isLessThan(10 * DEVIATION);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void the_codes_of_a_block_differ(TensorType type) {
    assertThat(Arrays.stream(doubles(weights(type))).distinct().count()).isGreaterThan(1000);
  }

  @Test
  void eight_bit_codes_are_those_that_quantising_gives() {
    byte[] bytes = blocks(TensorType.Q8_0);
    for (int i = 0; i < bytes.length; i++) {
      if (i % 34 >= 2) {
        assertThat(bytes[i]).isNotEqualTo(Byte.MIN_VALUE);
      }
    }
  }

  private static byte[] blocks(TensorType type) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(ELEMENTS))];
    new RandomBlocks(type, DEVIATION).fill(MemorySegment.ofArray(bytes), new SplittableRandom(7));
    return bytes;
  }

  private static float[] weights(TensorType type) {
    float[] weights = new float[ELEMENTS];
    Dequantizer.dequantize(type, MemorySegment.ofArray(blocks(type)), 0, ELEMENTS, weights, 0);
    return weights;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }
}
