package org.blossomlm.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Lines that differ")
class LineDiffTest {
  @Test
  void stand_beside_each_other() {
    assertThat(LineDiff.of(List.of("a", "b", "c"), List.of("a", "B", "c", "d")))
        .containsExactly(new LineDiff.Row("b", "B"), new LineDiff.Row("", "d"));
    assertThat(LineDiff.of(List.of("a", "b"), List.of("b")))
        .containsExactly(new LineDiff.Row("a", ""));
    assertThat(LineDiff.of(List.of("a"), List.of("a"))).isEmpty();
    assertThat(LineDiff.of(List.of(), List.of("x"))).containsExactly(new LineDiff.Row("", "x"));
  }
}
