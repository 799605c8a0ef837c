package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void afterABurstUnitsComeAtTheirRate() {
    Pace pace = new Pace(60, 3); // one a second, three at once
    long now = 17 * SECOND;
    for (int i = 0; i < 3; i++) {
      assertThat(pace.ready(now, 1)).isEqualTo(now);
      pace.take(now, 1);
    }
    assertThat(pace.ready(now, 1)).isEqualTo(now + SECOND);
    assertThat(pace.ready(now + SECOND / 4, 1)).isEqualTo(now + SECOND);
    assertThat(pace.ready(now + SECOND, 1)).isEqualTo(now + SECOND);
  }

  @Test
  void pausesDoNotAddUpToMoreThanABurst() {
    Pace pace = new Pace(60, 2);
    pace.take(0, 2);
    long later = 3600 * SECOND;
    pace.take(later, 2);
    assertThat(pace.ready(later, 1)).isEqualTo(later + SECOND);
  }

  @Test
  void moreThanABurstWaitsUntilAllBeforeItIsPaidOffAndThenBlocksTheRest() {
    Pace pace = new Pace(60, 2);
    assertThat(pace.ready(0, 10)).isZero();
    pace.take(0, 10);
    assertThat(pace.ready(0, 10)).isEqualTo(10 * SECOND);
    assertThat(pace.ready(0, 1)).isEqualTo(9 * SECOND);
  }

  @Test
  void whatWasNotUsedIsGivenBack() {
    Pace pace = new Pace(60, 1);
    pace.take(0, 10);
    pace.take(0, -8);
    assertThat(pace.ready(0, 1)).isEqualTo(2 * SECOND);
  }

  @Test
  void noLimitNeverWaits() {
    Pace pace = new Pace(0, 1);
    pace.take(5, 1_000_000);
    assertThat(pace.ready(5, 1_000_000)).isEqualTo(5);
  }
}
