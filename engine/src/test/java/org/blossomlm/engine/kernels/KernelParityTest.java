package org.blossomlm.engine.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.engine.kernels.ExactProducts.at;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every provider computes what the scalar specification computes. The build runs this class once
 * for each vector width that the machine has.
 */
class KernelParityTest {
  private static final long SEED = 20251101;
  private static final int[] SIZES = {
    1, 4, 6, 8, 13, 16, 25, 32, 64, 100, 172, 207, 256, 1000, 4098
  };
  private static final Kernels SCALAR = new ScalarKernels();

  private final RandomGenerator random = new SplittableRandom(SEED);
  private final Arena arena = Arena.ofAuto();
  private final Scratch scratch = new Scratch(0);

  static List<Kernels> providers() {
    List<Kernels> providers = new ArrayList<>(List.of(new VectorKernels()));
    if (NativeLibrary.refusal().isEmpty()) {
      providers.add(new NativeKernels());
    }
    return providers;
  }

  static Stream<TensorType> types() {
    return Stream.of(TensorType.values());
  }

  private static int[] sizes(TensorType type) {
    return type.blockElements() == 1
        ? SIZES
        : new int[] {type.blockElements(), 3 * type.blockElements(), 7 * type.blockElements()};
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void rows_decode_to_the_same_bits_as_the_specification(TensorType type) {
    for (int columns : sizes(type)) {
      Tensor tensor = RandomTensors.of(type, columns, 3, random, arena);
      for (int row = 0; row < 3; row++) {
        float[] expected = new float[columns];
        Dequantizer.dequantize(type, tensor.data(), row * tensor.rowBytes(), columns, expected, 0);
        float[] actual = new float[columns + 5];
        VectorRows.decode(tensor, row, actual, 5);
        for (int i = 0; i < columns; i++) {
          assertThat(Float.floatToIntBits(actual[i + 5]))
              .as("%s columns=%d row=%d element %d", type, columns, row, i)
              .isEqualTo(Float.floatToIntBits(expected[i]));
        }
      }
    }
  }

  @Test
  void every_float16_pattern_widens_to_the_same_value() {
    MemorySegment halves = arena.allocate(2 * 65536L);
    for (int i = 0; i < 65536; i++) {
      halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
    }
    float[] actual = new float[65536];
    VectorRows.f16(halves, 0, 65536, actual, 0);
    for (int i = 0; i < 65536; i++) {
      // floatToIntBits: any NaN will do.
      assertThat(Float.floatToIntBits(actual[i]))
          .as("float16 bits 0x%04x", i)
          .isEqualTo(Float.floatToIntBits(Float.float16ToFloat((short) i)));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void matmul_agrees_on_awkward_sizes(TensorType type) {
    // NativeKernelsTest and VectorProductsTest have the products that round activations.
    for (Kernels kernels : providers().stream().filter(k -> !k.encodes(type)).toList()) {
      for (int columns : sizes(type)) {
        for (int tokens : new int[] {1, 2, 4, 5, 11}) {
          int rows = 1 + random.nextInt(37);
          Tensor weights = RandomTensors.of(type, columns, rows, random, arena);
          MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
          MemorySegment expected = zeros(tokens * rows);
          MemorySegment actual = zeros(tokens * rows);
          Matrix matrix = Matrix.of(weights);
          ProductInput input = new ProductInput(x, MemorySegment.NULL, columns);
          SCALAR.matmul(matrix, 0, rows, input, tokens, expected, scratch);
          int split = random.nextInt(rows + 1);
          kernels.matmul(matrix, 0, split, input, tokens, actual, scratch);
          kernels.matmul(matrix, split, rows, input, tokens, actual, scratch);
          double scale = Math.sqrt(columns) * largest(weights);
          assertClose(actual, expected, tokens * rows, 1e-6 * scale + 1e-7);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void matmul_gives_each_token_the_same_bits_whatever_stands_beside_it(TensorType type) {
    int columns = type.blockElements() == 1 ? 259 : 7 * type.blockElements();
    int tokens = 7;
    int rows = 19;
    Tensor weights = RandomTensors.of(type, columns, rows, random, arena);
    MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
    for (Kernels kernels : List.of(SCALAR, new VectorKernels())) {
      if (kernels.encodes(type)) {
        continue;
      }
      MemorySegment together = zeros(tokens * rows);
      Matrix matrix = Matrix.of(weights);
      ProductInput input = new ProductInput(x, MemorySegment.NULL, columns);
      kernels.matmul(matrix, 0, rows, input, tokens, together, scratch);
      for (int t = 0; t < tokens; t++) {
        MemorySegment alone = zeros(rows);
        MemorySegment row = x.asSlice(4L * t * columns, 4L * columns);
        ProductInput single = new ProductInput(row, MemorySegment.NULL, columns);
        kernels.matmul(matrix, 0, rows, single, 1, alone, scratch);
        assertThat(alone.mismatch(together.asSlice(4L * t * rows, 4L * rows)))
            .as("%s token %d", kernels.name(), t)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void norms_agree_on_awkward_sizes() {
    for (Kernels kernels : providers()) {
      for (int size : SIZES) {
        MemorySegment x = RandomTensors.floats(random, size + 3, arena);
        MemorySegment weight = RandomTensors.floats(random, size, arena);
        MemorySegment expected = zeros(size + 1);
        MemorySegment actual = zeros(size + 1);
        SCALAR.rmsNorm(x, 3, weight, expected, 1, size, 1e-5f);
        kernels.rmsNorm(x, 3, weight, actual, 1, size, 1e-5f);
        assertClose(actual, expected, size + 1, 1e-5);
      }
    }
  }

  @Test
  void gates_and_sums_agree_on_awkward_sizes_and_extremes() {
    float[] extremes = {0, -0f, 1e-40f, 88, -88, 200, -200, Float.MAX_VALUE, -1e30f};
    for (Kernels kernels : providers()) {
      for (int size : SIZES) {
        MemorySegment gate = RandomTensors.floats(random, size, arena);
        for (int i = 0; i < Math.min(size, extremes.length); i++) {
          gate.setAtIndex(ValueLayout.JAVA_FLOAT, i, extremes[i]);
        }
        MemorySegment up = RandomTensors.floats(random, size, arena);
        MemorySegment expected = copy(gate);
        MemorySegment actual = copy(gate);
        SCALAR.swiGlu(expected, up, 1, size, 0, size);
        kernels.swiGlu(actual, up, 1, size, 0, size);
        for (int i = 0; i < size; i++) {
          float e = at(expected, i);
          float a = at(actual, i);
          assertThat(a == e || Math.abs(a - e) <= 1e-6 + 1e-5 * Math.abs(e))
              .as("silu size=%d element %d: %s for %s", size, i, a, e)
              .isTrue();
        }
        MemorySegment sumExpected = copy(up);
        MemorySegment sumActual = copy(up);
        SCALAR.add(sumExpected, 0, gate, 0, size);
        kernels.add(sumActual, 0, gate, 0, size);
        assertThat(sumActual.mismatch(sumExpected)).isEqualTo(-1);
      }
    }
  }

  @Test
  void exponentials_are_right_to_two_units_in_the_last_place_over_the_whole_range() {
    int lanes = VectorShapes.LANES;
    float[] x = new float[lanes];
    for (int round = 0; round < 20_000; round++) {
      for (int i = 0; i < lanes; i++) {
        x[i] = (float) random.nextDouble(-90, 90);
      }
      float[] actual = VectorMath.exp(FloatVector.fromArray(VectorShapes.FLOATS, x, 0)).toArray();
      for (int i = 0; i < lanes; i++) {
        float expected = (float) Math.exp(x[i]);
        double allowed = expected < Float.MIN_NORMAL ? Float.MIN_NORMAL : 2 * Math.ulp(expected);
        assertThat(actual[i] == expected || Math.abs((double) actual[i] - expected) <= allowed)
            .as("exp(%s) = %s, not %s", x[i], actual[i], expected)
            .isTrue();
      }
    }
    for (float special :
        new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float actual = VectorMath.exp(FloatVector.broadcast(VectorShapes.FLOATS, special)).lane(0);
      assertThat(Float.floatToIntBits(actual))
          .isEqualTo(Float.floatToIntBits((float) Math.exp(special)));
    }
  }

  @Test
  void attention_agrees_over_pages_heads_lengths_and_cache_types() {
    for (Kernels kernels : providers()) {
      for (KvType type : KvType.values()) {
        for (int headSize : new int[] {2, 8, 20, 32, 64, 96, 128}) {
          if (!type.holds(headSize)) {
            continue;
          }
          for (int positions : new int[] {1, 3, 16, 17, 64, 65, 200}) {
            attentionAgrees(kernels, type, headSize, positions);
          }
        }
      }
    }
  }

  private void attentionAgrees(Kernels kernels, KvType type, int headSize, int positions) {
    AttentionTask task = task(type, headSize, positions);
    int floats = task.tokens * task.group * task.partialSize();
    MemorySegment expected = zeros(floats + 1);
    MemorySegment actual = zeros(floats + 1);
    task.partialOffset = 1;
    task.partial = expected;
    SCALAR.attention(task, scratch);
    task.partial = actual;
    kernels.attention(task, scratch);
    for (int i = 1; i <= floats; i++) {
      double e = at(expected, i);
      assertThat((double) at(actual, i))
          .as(
              "%s %s headSize=%d positions=%d group=%d tokens=%d element %d",
              kernels.name(), type, headSize, positions, task.group, task.tokens, i - 1)
          .isCloseTo(e, within(2e-6 * positions + 1e-6 * Math.abs(e)));
    }
  }

  /** Attention of up to three tokens over a span that starts at a random position. */
  private AttentionTask task(KvType type, int headSize, int positions) {
    AttentionTask task = new AttentionTask();
    task.type = type;
    task.group = 1 + random.nextInt(4);
    task.tokens = Math.min(positions, 1 + random.nextInt(3));
    task.headSize = headSize;
    task.tokenStride = (long) task.group * headSize + 3;
    task.queryOffset = 2;
    task.query = RandomTensors.floats(random, (int) (2 + task.tokens * task.tokenStride), arena);
    task.firstPosition = positions - task.tokens;
    task.from = positions > 70 ? 64 : 0;
    task.to = positions;
    task.scale = (float) (1 / Math.sqrt(headSize));
    task.pageTokens = random.nextBoolean() ? 16 : 64;
    task.rowBytes = type.bytes(3 * headSize);
    task.keyOffset = type.bytes(headSize);
    task.valueOffset = task.pageTokens * task.rowBytes + type.bytes(headSize);
    int pages = (positions + task.pageTokens - 1) / task.pageTokens;
    task.pages = new MemorySegment[pages];
    task.pageTable = arena.allocate(ValueLayout.JAVA_LONG, pages);
    for (int p = 0; p < pages; p++) {
      int count = 2 * task.pageTokens * 3 * headSize;
      MemorySegment floats = RandomTensors.floats(random, count, arena);
      task.pages[p] = arena.allocate(type.bytes(count), 64);
      SCALAR.store(type, floats, 0, task.pages[p], 0, count);
      task.pageTable.setAtIndex(ValueLayout.JAVA_LONG, p, task.pages[p].address());
    }
    return task;
  }

  private static double largest(Tensor weights) {
    double largest = 0;
    for (int r = 0; r < weights.rows(); r++) {
      largest = Math.max(largest, ExactProducts.largest(ExactProducts.row(weights, r)));
    }
    return largest;
  }

  private static void assertClose(
      MemorySegment actual, MemorySegment expected, int count, double tolerance) {
    for (int i = 0; i < count; i++) {
      assertThat((double) at(actual, i))
          .as("element %d", i)
          .isCloseTo(at(expected, i), within(tolerance));
    }
  }

  private MemorySegment zeros(int count) {
    return arena.allocate(4L * count, 64);
  }

  private MemorySegment copy(MemorySegment floats) {
    return arena.allocate(floats.byteSize(), 64).copyFrom(floats);
  }
}
