package org.blossomlm.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.blossomlm.train.TrainException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Metrics of a run")
class MetricsTest {
  @TempDir Path folder;

  private Metrics read(String text) throws IOException {
    return Metrics.read(Files.writeString(folder.resolve("metrics.jsonl"), text));
  }

  @Test
  void are_a_curve_for_each_number_of_a_line() throws Exception {
    Metrics metrics =
        read(
            """
            {"step":1,"loss":3.5,"learning_rate":1.0E-4,"tokens":100,"unheard_of":7}
            {"step":2,"loss":3.0,"learning_rate":2.0E-4,"tokens":110}
            {"step":2,"eval_loss":3.2,"eval_tokens":40}
            """);
    assertThat(metrics.steps()).isEqualTo(2);
    assertThat(metrics.curve(Metrics.LOSS).values()).containsExactly(3.5, 3.0);
    assertThat(metrics.curve(Metrics.LEARNING_RATE).values()).containsExactly(1e-4, 2e-4);
    assertThat(metrics.curve(Metrics.TOKENS).sum()).isEqualTo(210);
    assertThat(metrics.curve(Metrics.EVALUATION_LOSS).at(2)).hasValue(3.2);
    assertThat(metrics.curve("unheard_of").steps()).containsExactly(1);
    assertThat(metrics.curve("absent").isEmpty()).isTrue();
    assertThat(metrics.incidents()).isEmpty();
  }

  @Test
  void of_a_run_that_was_killed_while_it_wrote_lack_the_last_line() throws Exception {
    String whole = "{\"step\":1,\"loss\":2.0}\n{\"step\":2,\"loss\":1.5,\"verdict\":\"词\"}\n";
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    int first = whole.indexOf('\n') + 1;
    for (int cut = first; cut < bytes.length - 2; cut++) {
      Path file = Files.write(folder.resolve("metrics.jsonl"), Arrays.copyOf(bytes, cut));
      assertThat(Metrics.read(file).steps()).as("cut at %d", cut).isEqualTo(1);
    }
  }

  @Test
  void that_are_damaged_in_the_middle_are_an_error_with_its_place() {
    assertThatThrownBy(
            () -> read("{\"step\":1,\"loss\":2}\n{\"step\":2,\"lo\n{\"step\":3,\"loss\":2}\n"))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("metrics.jsonl:2: is not JSON");
    assertThatThrownBy(() -> read("{\"step\":-1,\"loss\":2}\n"))
        .hasMessageContaining("metrics.jsonl:1: has no \"step\" that is a whole number");
    assertThatThrownBy(() -> read("{\"loss\":2}\n\n")).hasMessageContaining("but none");
    assertThatThrownBy(() -> read("x".repeat(1 << 21))).hasMessageContaining("more than 1048576");
  }

  @Test
  void leave_out_what_a_run_took_back() throws Exception {
    Metrics metrics =
        read(
            """
            {"step":1,"loss":3.0}
            {"step":2,"loss":2.5}
            {"step":2,"eval_loss":2.6}
            {"step":3,"loss":"NaN","grad_norm":"Infinity","verdict":"SKIPPED"}
            {"step":4,"loss":90.0,"grad_norm":50.0,"verdict":"ROLL_BACK"}
            {"step":4,"eval_loss":80.0}
            {"step":3,"loss":2.2}
            """);
    assertThat(metrics.curve(Metrics.LOSS).steps()).containsExactly(1, 2, 3);
    assertThat(metrics.curve(Metrics.LOSS).values()).containsExactly(3.0, 2.5, 2.2);
    assertThat(metrics.curve(Metrics.EVALUATION_LOSS).steps()).containsExactly(2);
    assertThat(metrics.undone()).isEqualTo(2);
    assertThat(metrics.incidents())
        .containsExactly(
            new Metrics.Incident(3, "SKIPPED", Double.NaN, Double.POSITIVE_INFINITY),
            new Metrics.Incident(4, "ROLL_BACK", 90, 50));
  }

  @Test
  void of_stages_count_their_steps_on() throws Exception {
    Metrics first = read("{\"step\":1,\"loss\":3.0}\n{\"step\":2,\"loss\":2.5}\n");
    Metrics second =
        read("{\"step\":1,\"loss\":2.0,\"verdict\":\"SKIPPED\"}\n{\"step\":1,\"eval_loss\":1.5}\n");
    Metrics both = first.followedBy(second);
    assertThat(both.curve(Metrics.LOSS).steps()).containsExactly(1, 2, 3);
    assertThat(both.curve(Metrics.EVALUATION_LOSS).steps()).containsExactly(3);
    assertThat(both.incidents().getFirst().step()).isEqualTo(3);
  }

  @Test
  void are_smoothed_without_a_bias_and_across_gaps() {
    Curve curve =
        new Curve(new long[] {1, 2, 3, 4}, new double[] {4, Double.NaN, 4, 1}).smoothed(3);
    // Half of the weight is the newest value's: (4/8 + 4/4 + 1/2) / (1/8 + 1/4 + 1/2), the gap
    // apart.
    assertThat(curve.values()[0]).isEqualTo(4);
    assertThat(curve.values()[1]).isNaN();
    assertThat(curve.values()[2]).isEqualTo(4);
    assertThat(curve.values()[3]).isCloseTo((0.5 + 1 + 0.5) / 0.875, within(1e-12));
    assertThat(new Curve(new long[] {1, 2}, new double[] {3, 5}).smoothed().values())
        .containsExactly(3, 5);
  }

  @Test
  void keep_spikes_and_gaps_when_they_are_thinned() {
    int size = 100_000;
    long[] steps = new long[size];
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      steps[i] = i + 1;
      values[i] = 1;
    }
    values[54_321] = 100;
    values[54_322] = -100;
    Curve thin = Thinning.thin(new Curve(steps, values), 100);
    assertThat(thin.size()).isBetween(100, 450);
    assertThat(thin.at(54_322)).hasValue(100);
    assertThat(thin.at(54_323)).hasValue(-100);
    assertThat(thin.steps()).isSorted().startsWith(1).endsWith(size);
  }

  @Test
  void are_labelled_with_round_numbers() {
    assertThat(Ticks.linear(0.9, 4.2, 3)).containsExactly(1.0, 2.0, 3.0, 4.0);
    assertThat(Ticks.linear(0, 2e-4, 5).stream().map(Ticks::label))
        .containsExactly("0", "5e-5", "1e-4", "1.5e-4", "2e-4");
    assertThat(Ticks.linear(0, 0.35, 3).stream().map(Ticks::label))
        .containsExactly("0", "0.1", "0.2", "0.3");
    assertThat(Ticks.logarithmic(0.3, 40).stream().map(Ticks::label)).containsExactly("1", "10");
    assertThat(Ticks.label(1200)).isEqualTo("1200");
    assertThat(Ticks.label(250_000)).isEqualTo("2.5e5");
  }
}
