package org.blossomlm.train.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TorchTest {
  private static Torch.Started started = new Torch.Started(Torch.Blas.UNKNOWN, 0);

  @BeforeAll
  static void start() {
    started = Torch.start(0);
  }

  @Test
  void the_probe_measures_the_products_of_the_set_up_that_the_build_uses() {
    MatmulPeak peak = MatmulProbe.measure(started);
    System.out.println(started + " " + peak);
    assertThat(peak.fp32()).isPositive();
    assertThat(peak.bf16()).isPositive();
    assertThat(peak.fp32Mixed()).isPositive();
    assertThat(peak.blas()).isNotEqualTo(Torch.Blas.MKL_OTHER);
  }

  @Test
  void a_wrong_set_up_is_found() {
    assertThat(new MatmulPeak(100, 95, 50, Torch.Blas.MKL_GNU, 2).findings()).isEmpty();
    assertThat(new MatmulPeak(100, 95, 50, Torch.Blas.OPENBLAS, 2).findings().getFirst())
        .contains("openblas.load=mkl");
    assertThat(new MatmulPeak(100, 95, 50, Torch.Blas.MKL_OTHER, 2).findings().getFirst())
        .contains("MKL_THREADING_LAYER=GNU");
    assertThat(new MatmulPeak(100, 40, 50, Torch.Blas.MKL_GNU, 2).findings().getFirst())
        .contains("from 100 to 40");
  }

  @Test
  void libraries_are_told_by_what_is_mapped() {
    String gnu = "7f r-xp 00 /c/libmkl_gnu_thread.so.2";
    String intel = "7f r-xp 00 /c/libmkl_intel_thread.so.2";
    String openblas = "7f r-xp 00 /c/libopenblas.so.0";
    assertThat(Torch.blas(Stream.of(openblas, gnu))).isEqualTo(Torch.Blas.MKL_GNU);
    assertThat(Torch.blas(Stream.of(intel, openblas))).isEqualTo(Torch.Blas.MKL_OTHER);
    assertThat(Torch.blas(Stream.of("", openblas))).isEqualTo(Torch.Blas.OPENBLAS);
    assertThat(Torch.blas(Stream.of(""))).isEqualTo(Torch.Blas.UNKNOWN);
  }

  @Test
  void bfloat16_is_computed_with_where_it_is_faster() {
    assertThat(new MatmulPeak(100, 95, 190, Torch.Blas.MKL_GNU, 2).fastest())
        .isEqualTo(ComputeType.BF16);
    assertThat(new MatmulPeak(100, 95, 50, Torch.Blas.MKL_GNU, 2).fastest())
        .isEqualTo(ComputeType.FP32);
  }

  @Test
  void memory_becomes_a_tensor_without_copying() {
    try (Arena arena = Arena.ofConfined();
        var _ = new Scope()) {
      MemorySegment memory = arena.allocate(6 * Float.BYTES, Float.BYTES);
      for (int i = 0; i < 6; i++) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      Tensor tensor = TensorData.view(memory, ScalarType.Float, 2, 3);
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 4, 40);
      assertThat(TensorData.floats(tensor)).containsExactly(0, 1, 2, 3, 40, 5);
      assertThat(tensor.data_ptr().address()).isEqualTo(memory.address());
      assertThat(tensor.size(1)).isEqualTo(3);
      assertThatThrownBy(() -> TensorData.view(memory, ScalarType.Float, 2, 4))
          .hasMessageContaining("24 bytes of native memory for a tensor of 32 bytes");
    }
  }

  @Test
  void elements_leave_as_little_endian_bytes() throws IOException {
    try (var _ = new Scope()) {
      Tensor tensor = TensorData.floats(new float[] {1, 2, 3, 4}, 2, 2).t();
      var bytes = new ByteArrayOutputStream();
      TensorData.writeTo(tensor, Channels.newChannel(bytes));
      var floats = new float[4];
      ByteBuffer.wrap(bytes.toByteArray())
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(floats);
      assertThat(floats).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void a_scope_frees_all_but_what_is_kept() {
    Tensor kept;
    try (var _ = new Scope()) {
      kept = Scope.keep(torch.ones(4));
      try (var _ = new Scope()) {
        Scope.keep(torch.ones(4)).close();
      }
    }
    assertThat(TensorData.floats(kept)).containsExactly(1, 1, 1, 1);
    Scope.release(kept);
    long before = Pointer.physicalBytes();
    for (int i = 0; i < 200; i++) {
      try (var _ = new Scope()) {
        torch.ones(1 << 20);
      }
    }
    // 200 tensors of 4 MiB.
    assertThat(Pointer.physicalBytes() - before).isLessThan(400L << 20);
  }
}
