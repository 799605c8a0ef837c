package org.blossomlm.engine.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.engine.kernels.ExactProducts.at;
import static org.blossomlm.engine.kernels.ExactProducts.largest;
import static org.blossomlm.engine.kernels.ExactProducts.rounded;
import static org.blossomlm.engine.kernels.ExactProducts.row;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products of the vector kernels with interleaved rows, against the decoded weights. The build runs
 * this class once for each vector width that the machine has.
 */
class VectorProductsTest {
  private static final long SEED = 20251126;
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 8, 13, 65};

  private final RandomGenerator random = new SplittableRandom(SEED);
  private final Arena arena = Arena.ofAuto();
  private final Scratch scratch = new Scratch(0);
  private final Kernels kernels = new VectorKernels();

  static Stream<TensorType> types() {
    return Stream.of(TensorType.values()).filter(new VectorKernels()::encodes);
  }

  private static int[] columns(TensorType type) {
    int block = type.blockElements();
    return new int[] {block, 3 * block, 9 * block, block == 32 ? 28 * block : 2 * block};
  }

  @Test
  void the_types_of_common_files_are_interleaved() {
    assertThat(types())
        .contains(TensorType.Q4_0, TensorType.Q8_0, TensorType.Q4_K, TensorType.Q5_K)
        .contains(TensorType.Q6_K);
  }

  @ParameterizedTest
  @MethodSource("types")
  void quants_and_scales_are_those_of_the_specification(TensorType type) {
    VectorLayout layout = VectorLayout.of(type).orElseThrow();
    int columns = 256;
    Tensor tensor = RandomTensors.of(type, columns, 16, random, arena);
    Matrix matrix = packed(Matrix.of(tensor));
    TileBuffers b = new TileBuffers();
    int band = VectorShapes.BAND;
    for (int lane = 0; lane < 16; lane += band) {
      VectorQuants.decode(layout, matrix.packed(), 2L * lane, columns, b.quants);
      VectorTiles.widen(b.quants, columns * band, b.floats);
      VectorScales.decode(layout, matrix.packed(), 2L * lane, columns, b);
      for (int place = 0; place < band; place++) {
        int row = lane / 2 + (place < band / 2 ? place : place - band / 2 + 8);
        float[] expected = row(tensor, row);
        for (int c = 0; c < columns; c++) {
          int group = c / layout.group() * band + place;
          double minimum = layout.minima() ? b.minima[group] : 0;
          double weight = (double) b.floats[c * band + place] * b.scales[group] + minimum;
          double size = 32 * Math.abs(b.scales[group]) + Math.abs(minimum);
          assertThat(weight)
              .as("%s row %d column %d", type, row, c)
              .isCloseTo(expected[c], within(1e-6 * size));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void products_are_those_of_the_decoded_weights_and_the_rounded_activations(TensorType type) {
    for (int columns : columns(type)) {
      for (int tokens : TOKENS) {
        int rows = 1 + random.nextInt(50);
        Matrix matrix = Matrix.of(RandomTensors.of(type, columns, rows, random, arena));
        MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
        MemorySegment actual = product(matrix, x, tokens);
        for (int t = 0; t < tokens; t++) {
          double[] rounded = rounded(x, t, columns);
          for (int r = 0; r < rows; r++) {
            float[] weights = row(matrix.tensor(), r);
            double expected = 0;
            double size = 0;
            for (int c = 0; c < columns; c++) {
              expected += weights[c] * rounded[c];
              size += Math.abs(weights[c] * rounded[c]);
            }
            assertThat((double) at(actual, t * rows + r))
                .as("%s %d x %d, token %d of %d, row %d", type, columns, rows, t, tokens, r)
                .isCloseTo(expected, within(2e-5 * size + 1e-5 * largest(weights)));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void packed_weights_and_those_in_the_file_give_the_same_bits(TensorType type) {
    for (int columns : columns(type)) {
      int rows = 1 + random.nextInt(50);
      Matrix matrix = Matrix.of(RandomTensors.of(type, columns, rows, random, arena));
      Matrix packed = packed(matrix);
      for (int tokens : TOKENS) {
        MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
        assertThat(product(packed, x, tokens).mismatch(product(matrix, x, tokens)))
            .as("%s %d x %d, %d tokens", type, columns, rows, tokens)
            .isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_token_has_the_same_bits_whatever_stands_beside_it_and_however_rows_are_split(
      TensorType type) {
    int columns = 9 * type.blockElements();
    int rows = 45;
    // Far more activations than stay in the cache, so that both orders of the loops are compared.
    int tokens = 150;
    Matrix matrix = packed(Matrix.of(RandomTensors.of(type, columns, rows, random, arena)));
    MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
    MemorySegment together = product(matrix, x, tokens);
    for (int t = 0; t < tokens; t += 7) {
      MemorySegment alone = product(matrix, x.asSlice(4L * t * columns, 4L * columns), 1);
      assertThat(alone.mismatch(together.asSlice(4L * t * rows, 4L * rows)))
          .as("token %d", t)
          .isEqualTo(-1);
    }
    ProductInput input = encoded(x, columns, tokens);
    MemorySegment split = arena.allocate(4L * tokens * rows, 64);
    kernels.matmul(matrix, 32, rows, input, tokens, split, scratch);
    kernels.matmul(matrix, 0, 32, input, tokens, split, scratch);
    assertThat(split.mismatch(together)).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("types")
  void numbers_that_are_none_stay_so_and_tiny_ones_vanish(TensorType type) {
    int columns = Math.max(64, type.blockElements());
    Matrix matrix = Matrix.of(RandomTensors.of(type, columns, 16, random, arena));
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      MemorySegment x = RandomTensors.floats(random, columns, arena);
      x.setAtIndex(ValueLayout.JAVA_FLOAT, 37, odd);
      for (int r = 0; r < 16; r++) {
        assertThat(Float.isFinite(at(product(matrix, x, 1), r))).as("%s row %d", odd, r).isFalse();
      }
    }
    MemorySegment tiny = arena.allocate(4L * columns, 64);
    for (int c = 0; c < columns; c++) {
      tiny.setAtIndex(ValueLayout.JAVA_FLOAT, c, c % 2 == 0 ? 1e-40f : -0f);
    }
    MemorySegment out = product(matrix, tiny, 1);
    for (int r = 0; r < 16; r++) {
      assertThat((double) at(out, r)).isCloseTo(0, within(1e-30));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_scale_that_is_no_number_spoils_its_own_row_only(TensorType type) {
    int columns = 256;
    Tensor tensor = RandomTensors.of(type, columns, 16, random, arena);
    long scale = type.blockElements() == 32 ? 0 : scaleOf(type);
    tensor
        .data()
        .set(ValueLayout.JAVA_SHORT_UNALIGNED, 5 * tensor.rowBytes() + scale, (short) 0x7e00);
    MemorySegment x = RandomTensors.floats(random, 4 * columns, arena);
    MemorySegment out = product(packed(Matrix.of(tensor)), x, 4);
    for (int i = 0; i < 4 * 16; i++) {
      assertThat(Float.isNaN(at(out, i)))
          .as("token %d row %d", i / 16, i % 16)
          .isEqualTo(i % 16 == 5);
    }
  }

  private static long scaleOf(TensorType type) {
    return switch (type) {
      case Q2_K -> 80;
      case Q3_K -> 108;
      case Q6_K -> 208;
      default -> 0;
    };
  }

  @ParameterizedTest
  @MethodSource("types")
  void the_largest_quants_and_activations_do_not_overflow(TensorType type) {
    int columns = 256;
    for (int bits : new int[] {0, 0xff, 0x80, 0x7f}) {
      Tensor tensor = RandomTensors.of(type, columns, 16, random, arena);
      fillQuants(tensor, (byte) bits);
      for (int tokens : new int[] {1, 5}) {
        MemorySegment x = arena.allocate(4L * columns * tokens, 64);
        for (int i = 0; i < columns * tokens; i++) {
          x.setAtIndex(ValueLayout.JAVA_FLOAT, i, 3);
        }
        MemorySegment out = product(Matrix.of(tensor), x, tokens);
        for (int r = 0; r < 16; r++) {
          double expected = 0;
          double size = 0;
          for (float w : row(tensor, r)) {
            expected += 3.0 * w;
            size += Math.abs(3.0 * w);
          }
          assertThat((double) at(out, r))
              .as("%s bits %x row %d", type, bits, r)
              .isCloseTo(expected, within(1e-4 * size + 1e-2));
        }
      }
    }
  }

  /** Sets all quants, where they are known to be behind their scales. */
  private static void fillQuants(Tensor tensor, byte bits) {
    long from;
    long to = tensor.type().blockBytes();
    switch (tensor.type()) {
      case Q4_0, Q5_0, Q8_0 -> from = 2;
      case Q4_1, Q5_1 -> from = 4;
      case Q4_K, Q5_K -> from = 16;
      case Q2_K -> {
        from = 16;
        to = 80;
      }
      case Q3_K -> {
        from = 0;
        to = 96;
      }
      default -> {
        from = 0;
        to = 192;
      }
    }
    MemorySegment data = tensor.data();
    for (long i = 0; i < data.byteSize(); i++) {
      long at = i % tensor.type().blockBytes();
      if (at >= from && at < to) {
        data.set(ValueLayout.JAVA_BYTE, i, bits);
      }
    }
  }

  private MemorySegment product(Matrix matrix, MemorySegment x, int tokens) {
    MemorySegment out = arena.allocate(4L * tokens * matrix.rows(), 64);
    ProductInput input = encoded(x, matrix.columns(), tokens);
    kernels.matmul(matrix, 0, matrix.rows(), input, tokens, out, scratch);
    return out;
  }

  private ProductInput encoded(MemorySegment x, int columns, int tokens) {
    MemorySegment encoded = arena.allocate(tokens * kernels.encodedBytes(columns), 64);
    ProductInput input = new ProductInput(x, encoded, columns);
    kernels.encode(input, 0, tokens);
    return input;
  }

  /** Packed in two pieces; what is not written holds NaNs, which must not reach a row. */
  private Matrix packed(Matrix matrix) {
    MemorySegment packed = arena.allocate(kernels.packedBytes(matrix), 64).fill((byte) 0xff);
    int cut = Math.min(matrix.rows(), 16 * random.nextInt(matrix.rows() / 16 + 1));
    kernels.pack(matrix, cut, matrix.rows(), packed, scratch);
    kernels.pack(matrix, 0, cut, packed, scratch);
    return matrix.withPacked(packed);
  }
}
