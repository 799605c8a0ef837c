package org.blossomlm.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static Tensor of(Long... dimensions) {
    return new Tensor("t", TensorType.F16, List.of(dimensions), MemorySegment.NULL);
  }

  @Test
  void rows_are_all_dimensions_but_the_first() {
    assertThat(of(7L, 5L).rows()).isEqualTo(5);
    assertThat(of(7L, 5L, 3L).rows()).isEqualTo(15);
    assertThat(of(7L, 5L, 3L).elements()).isEqualTo(105);
    assertThat(of(7L, 5L).rowBytes()).isEqualTo(14);
  }

  @Test
  void a_vector_is_one_row_and_a_scalar_one_element() {
    assertThat(of(7L).rows()).isEqualTo(1);
    assertThat(of().rows()).isEqualTo(1);
    assertThat(of().columns()).isEqualTo(1);
  }

  @Test
  void rows_that_no_number_can_count_are_refused() {
    Tensor vast = of(1L, Long.MAX_VALUE, 2L);
    assertThatThrownBy(vast::rows).isInstanceOf(ArithmeticException.class);
  }
}
