package org.blossomlm.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.blossomlm.train.TrainException;
import org.blossomlm.train.optimizer.LearningRate.Schedule;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static LearningRate of(Schedule schedule) {
    return new LearningRate(schedule, 2, 4, 20, 0.1);
  }

  @Test
  void warm_up_rises_in_a_straight_line_whatever_follows() {
    for (Schedule schedule :
        new Schedule[] {
          new Schedule.Constant(),
          new Schedule.Linear(),
          new Schedule.Cosine(),
          new Schedule.StableDecay(0.25)
        }) {
      assertThat(of(schedule).at(1)).isEqualTo(0.5);
      assertThat(of(schedule).at(2)).isEqualTo(1);
      assertThat(of(schedule).at(4)).isEqualTo(2);
    }
  }

  @Test
  void schedules_fall_as_they_are_named() {
    assertThat(of(new Schedule.Constant()).at(20)).isEqualTo(2);
    assertThat(of(new Schedule.Linear()).at(12)).isCloseTo(0.2 + 1.8 / 2, within(1e-12));
    assertThat(of(new Schedule.Linear()).at(20)).isCloseTo(0.2, within(1e-12));
    assertThat(of(new Schedule.Cosine()).at(8))
        .isCloseTo(0.2 + 1.8 * (1 + Math.sqrt(0.5)) / 2, within(1e-12));
    assertThat(of(new Schedule.Cosine()).at(20)).isCloseTo(0.2, within(1e-12));
    LearningRate stable = of(new Schedule.StableDecay(0.25));
    assertThat(stable.at(15)).isEqualTo(2);
    assertThat(stable.at(16)).isCloseTo(0.2 + 1.8 * 4 / 5, within(1e-12));
    assertThat(stable.at(20)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void without_warm_up_the_first_step_already_falls() {
    var rate = new LearningRate(new Schedule.Linear(), 1, 0, 4, 0);
    assertThat(rate.at(1)).isEqualTo(0.75);
    assertThat(rate.at(4)).isZero();
    assertThat(rate.at(5)).isZero();
  }

  @Test
  void a_schedule_that_cannot_be_is_refused() {
    assertThatThrownBy(() -> new LearningRate(new Schedule.Linear(), 1, 5, 4, 0))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("5 of 4 steps of warm-up");
    assertThatThrownBy(() -> of(new Schedule.StableDecay(0)))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("(0, 1]");
  }
}
