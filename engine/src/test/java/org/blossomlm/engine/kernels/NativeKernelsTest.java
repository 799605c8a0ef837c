package org.blossomlm.engine.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.engine.kernels.ExactProducts.at;
import static org.blossomlm.engine.kernels.ExactProducts.largest;
import static org.blossomlm.engine.kernels.ExactProducts.row;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The native kernels against the specification. */
class NativeKernelsTest {
  private static final long SEED = 20251125;
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 8, 13, 65};

  private final RandomGenerator random = new SplittableRandom(SEED);
  private final Arena arena = Arena.ofAuto();
  private final Scratch scratch = new Scratch(0);
  private Kernels kernels = new ScalarKernels();

  @BeforeEach
  void choose() {
    assumeTrue(
        NativeLibrary.refusal().isEmpty(), () -> "no native: " + NativeLibrary.refusal().get());
    kernels = new NativeKernels();
  }

  private static int[] columns(TensorType type) {
    int block = type.blockElements();
    return block == 1
        ? new int[] {1, 4, 15, 16, 33, 100, 172, 259}
        : new int[] {block, 3 * block, 9 * block, block == 32 ? 11 * block : 2 * block};
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void products_are_those_of_the_decoded_weights_and_the_rounded_activations(TensorType type) {
    for (int columns : columns(type)) {
      for (int tokens : TOKENS) {
        int rows = 1 + random.nextInt(50);
        Matrix matrix = Matrix.of(RandomTensors.of(type, columns, rows, random, arena));
        MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
        MemorySegment actual = product(matrix, x, tokens);
        for (int t = 0; t < tokens; t++) {
          double[] rounded = activations(type, x, t, columns);
          for (int r = 0; r < rows; r++) {
            float[] weights = row(matrix.tensor(), r);
            double expected = 0;
            double size = 0;
            for (int c = 0; c < columns; c++) {
              expected += weights[c] * rounded[c];
              // What an offset adds and takes away again is up to 32 times a weight's step.
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
  @EnumSource(TensorType.class)
  void packed_weights_and_those_in_the_file_give_the_same_bits(TensorType type) {
    for (int columns : columns(type)) {
      int rows = 1 + random.nextInt(50);
      Matrix matrix = Matrix.of(RandomTensors.of(type, columns, rows, random, arena));
      for (int tokens : TOKENS) {
        MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
        MemorySegment fromFile = product(matrix, x, tokens);
        MemorySegment fromPacked = product(packed(matrix), x, tokens);
        assertThat(fromPacked.mismatch(fromFile))
            .as("%s %d x %d, %d tokens", type, columns, rows, tokens)
            .isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void a_token_has_the_same_bits_whatever_stands_beside_it_and_however_rows_are_split(
      TensorType type) {
    int columns = type.blockElements() == 1 ? 259 : 3 * type.blockElements();
    int rows = 45;
    int tokens = 11;
    Matrix matrix = packed(Matrix.of(RandomTensors.of(type, columns, rows, random, arena)));
    MemorySegment x = RandomTensors.floats(random, tokens * columns, arena);
    MemorySegment together = product(matrix, x, tokens);
    for (int t = 0; t < tokens; t++) {
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
  @EnumSource(TensorType.class)
  void numbers_that_are_none_stay_so_and_tiny_ones_vanish(TensorType type) {
    int columns = Math.max(64, type.blockElements());
    Matrix matrix = Matrix.of(RandomTensors.of(type, columns, 16, random, arena));
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      MemorySegment x = RandomTensors.floats(random, columns, arena);
      x.setAtIndex(ValueLayout.JAVA_FLOAT, 37, odd);
      MemorySegment out = product(matrix, x, 1);
      for (int r = 0; r < 16; r++) {
        assertThat(Float.isFinite(at(out, r))).as("%s row %d", odd, r).isFalse();
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

  @Test
  void the_largest_quants_and_activations_do_not_overflow() {
    for (TensorType type : TensorType.values()) {
      int columns = 256;
      Tensor tensor = RandomTensors.of(type, columns, 16, random, arena);
      if (type.blockElements() == 1) {
        continue;
      }
      // All quant bits set; scales are left as they are where the type has them in front.
      MemorySegment x = arena.allocate(4L * columns, 64);
      for (int c = 0; c < columns; c++) {
        x.setAtIndex(ValueLayout.JAVA_FLOAT, c, 3);
      }
      if (type == TensorType.Q4_0 || type == TensorType.Q8_0) {
        for (long i = 0; i < tensor.data().byteSize(); i++) {
          if (i % type.blockBytes() >= 2) {
            tensor
                .data()
                .set(ValueLayout.JAVA_BYTE, i, (byte) (type == TensorType.Q8_0 ? -128 : -1));
          }
        }
      }
      Matrix matrix = Matrix.of(tensor);
      for (int tokens : new int[] {1, 4}) {
        MemorySegment many = arena.allocate(4L * columns * tokens, 64);
        for (int t = 0; t < tokens; t++) {
          many.asSlice(4L * columns * t).copyFrom(x);
        }
        MemorySegment out = product(matrix, many, tokens);
        for (int r = 0; r < 16; r++) {
          double expected = 0;
          for (float w : row(tensor, r)) {
            expected += 3.0 * w;
          }
          assertThat((double) at(out, r))
              .as("%s row %d", type, r)
              .isCloseTo(expected, within(1e-4 * Math.abs(expected) + 1e-2));
        }
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
    if (columns % 32 != 0) {
      return new ProductInput(x, MemorySegment.NULL, columns);
    }
    MemorySegment encoded = arena.allocate(tokens * kernels.encodedBytes(columns), 64);
    ProductInput input = new ProductInput(x, encoded, columns);
    kernels.encode(input, 0, tokens);
    return input;
  }

  private Matrix packed(Matrix matrix) {
    long bytes = kernels.packedBytes(matrix);
    // Exactly as long as promised, with a guard behind it that must not change.
    MemorySegment guarded = arena.allocate(bytes + 64, 64);
    guarded.asSlice(bytes).fill((byte) 0x5a);
    kernels.pack(matrix, 0, matrix.rows(), guarded.asSlice(0, bytes), scratch);
    for (int i = 0; i < 64; i++) {
      assertThat(guarded.get(ValueLayout.JAVA_BYTE, bytes + i)).isEqualTo((byte) 0x5a);
    }
    return matrix.withPacked(guarded.asSlice(0, bytes));
  }

  /**
   * What activations stand for in a product: 8 bits each, floats beside weights that are floats.
   */
  private static double[] activations(TensorType type, MemorySegment x, int t, int columns) {
    if (type.blockElements() > 1) {
      return ExactProducts.rounded(x, t, columns);
    }
    double[] values = new double[columns];
    for (int c = 0; c < columns; c++) {
      values[c] = at(x, t * columns + c);
    }
    return values;
  }
}
