package org.blossomlm.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks decode to what they were made from, as closely as other programs' do or closer. */
class RowQuantizerTest {
  private static final String ORIGINAL = "tiny-models/llama-F32.gguf";

  /** Types that divide the range evenly give the same bytes as ggml's reference. */
  @ParameterizedTest
  @CsvSource({"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "F16", "BF16"})
  void the_bytes_of_ready_made_files(String recipe) {
    try (GgufFile original = GgufFile.open(Fixtures.require(ORIGINAL));
        GgufFile ready = GgufFile.open(Fixtures.require("tiny-models/llama-" + recipe + ".gguf"))) {
      long blocks = 0;
      long same = 0;
      for (Tensor tensor : ready.tensors().values()) {
        if (!tensor.type().name().equals(recipe)) {
          continue;
        }
        byte[] expected = tensor.data().toArray(ValueLayout.JAVA_BYTE);
        byte[] actual = encode(tensor.type(), floats(original.requireTensor(tensor.name())), null);
        int size = tensor.type().blockBytes();
        for (int at = 0; at < expected.length; at += size) {
          blocks++;
          same += Arrays.equals(expected, at, at + size, actual, at, at + size) ? 1 : 0;
        }
      }
      assertThat(blocks).isPositive();
      // A machine that fuses the multiplication and the rounding differs in one weight of a
      // million.
      assertThat(same).isGreaterThanOrEqualTo(blocks - blocks / 10_000);
    }
  }

  /** The searches leave no larger error than llama.cpp's, in any tensor. */
  @ParameterizedTest
  @CsvSource({"Q2_K", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "IQ4_NL", "IQ4_XS", "Q4_0"})
  void errors_no_larger_than_in_ready_made_files(String recipe) {
    try (GgufFile original = GgufFile.open(Fixtures.require(ORIGINAL));
        GgufFile ready = GgufFile.open(Fixtures.require("tiny-models/llama-" + recipe + ".gguf"))) {
      for (Tensor tensor : ready.tensors().values()) {
        if (tensor.type() == TensorType.F32) {
          continue;
        }
        float[] weights = floats(original.requireTensor(tensor.name()));
        double theirs = squaredError(weights, floats(tensor), null);
        double ours =
            squaredError(
                weights,
                decode(tensor.type(), encode(tensor.type(), weights, null), weights.length),
                null);
        assertThat(ours)
            .as("%s as %s", tensor.name(), tensor.type())
            .isLessThanOrEqualTo(theirs * 1.0001);
      }
    }
  }

  /**
   * The limits that ggml's own test sets for {@code 0.1 + 2 cos i}: the norm of all errors over the
   * number of weights.
   */
  @ParameterizedTest
  @CsvSource({
    "Q4_0, 0.002", "Q4_1, 0.002", "Q5_0, 0.002", "Q5_1, 0.002", "Q8_0, 0.002", "Q2_K, 0.0075",
    "Q3_K, 0.004", "Q4_K, 0.002", "Q5_K, 0.002", "Q6_K, 0.002", "IQ4_NL, 0.002", "IQ4_XS, 0.002"
  })
  void a_cosine_within_published_limits(TensorType type, double limit) {
    float[] weights = new float[32 * 128];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (0.1 + 2 * Math.cos(i));
    }
    float[] decoded = decode(type, encode(type, weights, null), weights.length);
    assertThat(Math.sqrt(squaredError(weights, decoded, null)) / weights.length).isLessThan(limit);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"F32", "F16", "BF16", "Q8_0"},
      mode = EnumSource.Mode.EXCLUDE)
  void importance_moves_the_error_to_where_it_does_less_harm(TensorType type) {
    Random random = random();
    float[] weights = gaussian(random, 256 * 64);
    float[] importance = new float[weights.length];
    for (int i = 0; i < importance.length; i++) {
      importance[i] = (float) Math.exp(1.5 * random.nextGaussian());
    }
    float[] blind = decode(type, encode(type, weights, null), weights.length);
    float[] guided = decode(type, encode(type, weights, importance), weights.length);
    assertThat(squaredError(weights, guided, importance))
        .isLessThan(0.9 * squaredError(weights, blind, importance));
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void zeros_stay_zeros(TensorType type) {
    float[] zeros = new float[512];
    float[] ones = new float[512];
    Arrays.fill(ones, 1);
    for (float[] importance : new float[][] {null, ones, zeros}) {
      float[] decoded = decode(type, encode(type, zeros, importance), 512);
      assertThat(squaredError(zeros, decoded, null)).isZero();
    }
  }

  /** Shapes of blocks that upset a search. */
  @ParameterizedTest
  @EnumSource(TensorType.class)
  void no_block_decodes_to_nonsense(TensorType type) {
    Random random = random();
    float[][] cases = new float[8][256];
    Arrays.fill(cases[0], 0.25f);
    Arrays.fill(cases[1], -3);
    cases[2][17] = 60_000;
    cases[3][0] = -60_000;
    for (int i = 0; i < 256; i++) {
      cases[4][i] = Math.abs(random.nextFloat()) + 1;
      cases[5][i] = -Math.abs(random.nextFloat()) - 1;
      cases[6][i] = random.nextFloat() * Float.MIN_NORMAL;
      cases[7][i] = i % 32 == 0 ? 100 : random.nextFloat() * 1e-3f;
    }
    for (float[] weights : cases) {
      for (float[] importance : new float[][] {null, new float[256], weights.clone()}) {
        if (importance != null) {
          for (int i = 0; i < 256; i++) {
            importance[i] = Math.abs(importance[i]);
          }
        }
        float[] decoded = decode(type, encode(type, weights, importance), 256);
        double largest = 0;
        for (float weight : weights) {
          largest = Math.max(largest, Math.abs(weight));
        }
        for (float value : decoded) {
          assertThat((double) Math.abs(value)).isLessThanOrEqualTo(1.5 * largest + 1e-6);
        }
        assertThat(squaredError(weights, decoded, null))
            .isLessThanOrEqualTo(squaredError(weights, new float[256], null) * 1.0001 + 1e-9);
      }
    }
  }

  /** Blocks do not look at each other, so a tensor may be cut anywhere between them. */
  @ParameterizedTest
  @EnumSource(TensorType.class)
  void pieces_give_the_bytes_of_the_whole(TensorType type) {
    Random random = random();
    int count = 256 * 150;
    float[] weights = gaussian(random, count);
    float[] importance = gaussian(random, count);
    for (int i = 0; i < count; i++) {
      importance[i] = Math.abs(importance[i]);
    }
    byte[] whole = encode(type, weights, importance);
    byte[] pieces = new byte[whole.length];
    var quantizer = new RowQuantizer(type);
    int at = 0;
    while (at < count) {
      int step = Math.min(count - at, 256 * (1 + random.nextInt(40)));
      quantizer.quantize(weights, at, step, importance, pieces, (int) type.bytes(at));
      at += step;
    }
    assertThat(pieces).isEqualTo(whole);
  }

  @Test
  void what_is_too_short_is_refused_before_anything_is_written() {
    var quantizer = new RowQuantizer(TensorType.Q4_K);
    byte[] target = new byte[143];
    assertThatThrownBy(() -> quantizer.quantize(new float[256], 0, 256, null, target, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> quantizer.quantize(new float[256], 0, 100, null, new byte[200], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
    assertThat(target).containsOnly(0);
  }

  private static Random random() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    return new Random(seed);
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (0.02 * random.nextGaussian());
    }
    return values;
  }

  private static byte[] encode(TensorType type, float[] weights, float @Nullable [] importance) {
    byte[] blocks = new byte[(int) type.bytes(weights.length)];
    new RowQuantizer(type).quantize(weights, 0, weights.length, importance, blocks, 0);
    return blocks;
  }

  private static float[] decode(TensorType type, byte[] blocks, int count) {
    float[] values = new float[count];
    Dequantizer.dequantize(type, MemorySegment.ofArray(blocks), 0, count, values, 0);
    return values;
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.elements()];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, values.length, values, 0);
    return values;
  }

  private static double squaredError(
      float[] expected, float[] actual, float @Nullable [] importance) {
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) expected[i] - actual[i];
      sum += difference * difference * (importance == null ? 1 : importance[i]);
    }
    return sum;
  }
}
