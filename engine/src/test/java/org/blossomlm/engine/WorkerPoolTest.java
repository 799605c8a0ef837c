package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void every_item_is_done_exactly_once_in_thousands_of_regions(int threads) {
    SplittableRandom random = new SplittableRandom(SEED);
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThat(pool.threads()).isEqualTo(threads);
      for (int region = 0; region < 3000; region++) {
        int items = random.nextInt(100);
        AtomicIntegerArray done = new AtomicIntegerArray(items);
        pool.run(
            items,
            1 + random.nextInt(10),
            (from, to, scratch) -> {
              for (int i = from; i < to; i++) {
                done.incrementAndGet(i);
              }
            });
        for (int i = 0; i < items; i++) {
          assertThat(done.get(i)).as("seed %d region %d item %d", SEED, region, i).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void workers_that_went_to_sleep_wake_up() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 5; i++) {
        AtomicIntegerArray done = new AtomicIntegerArray(30);
        pool.run(30, 1, (from, to, scratch) -> done.incrementAndGet(from));
        for (int item = 0; item < 30; item++) {
          assertThat(done.get(item)).isEqualTo(1);
        }
        Thread.sleep(50);
      }
    }
  }

  @Test
  void a_failure_reaches_the_caller_and_the_pool_goes_on() {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() ->
                pool.run(
                    50,
                    1,
                    (from, to, scratch) -> {
                      if (from == 25) {
                        throw new IllegalStateException("item 25");
                      }
                    }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("item 25");
        AtomicIntegerArray done = new AtomicIntegerArray(1);
        pool.run(50, 1, (from, to, scratch) -> done.addAndGet(0, to - from));
        assertThat(done.get(0)).isEqualTo(50);
      }
    }
  }
}
