package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private static final long GIB = 1L << 30;

  @Test
  void what_fits_passes() {
    assertThatCode(() -> new MemoryNeed(GIB, GIB, GIB).check(3 * GIB, 4096))
        .doesNotThrowAnyException();
  }

  @Test
  void what_does_not_fit_is_told_apart_by_part_with_a_way_on() {
    assertThatThrownBy(() -> new MemoryNeed(4 * GIB, GIB, 100 << 20).check(3 * GIB, 4096))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessage(
            "the model needs 5.1 GiB of memory (weights 4.0 GiB, context of 4096 tokens 1.0 GiB,"
                + " work 100 MiB) but 3.0 GiB is available; use a smaller quantisation, a smaller"
                + " context (--num-ctx), or free memory");
  }

  @Test
  void this_machine_has_cores_and_memory() {
    assertThat(Machine.physicalCores()).isBetween(1, Runtime.getRuntime().availableProcessors());
    assertThat(Machine.availableMemory()).isBetween(1L, Machine.totalMemory());
  }
}
