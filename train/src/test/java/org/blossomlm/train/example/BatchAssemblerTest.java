package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchAssemblerTest {
  private static final int NO = MicroBatch.IGNORED;

  private static Example example(int first, boolean... learnt) {
    int[] tokens = new int[learnt.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = first + i;
    }
    return new Example(tokens, learnt, "e" + first);
  }

  @Test
  void targets_are_shifted_inside_their_sample_and_never_reach_into_the_next() {
    Example a = example(10, false, true, true);
    Example b = example(20, false, true);
    Example c = example(30, false, false, true);
    MicroBatch batch = new BatchAssembler(0, 1, 0).assemble(List.of(List.of(a, b), List.of(c)));
    assertThat(batch.rows()).isEqualTo(2);
    assertThat(batch.length()).isEqualTo(5);
    assertThat(batch.tokens()).containsExactly(10, 11, 12, 20, 21, 30, 31, 32, 0, 0);
    assertThat(batch.targets()).containsExactly(11, 12, NO, 21, NO, NO, 32, NO, NO, NO);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 0, 1, 0, 1, 2, 0, 0);
    assertThat(batch.segments()).containsExactly(1, 1, 1, 2, 2, 1, 1, 1, 0, 0);
  }

  @Test
  void rows_are_padded_to_a_multiple_or_to_a_fixed_length() {
    List<List<Example>> rows = List.of(List.of(example(1, false, true, true)));
    assertThat(new BatchAssembler(9, 8, 0).assemble(rows).length()).isEqualTo(8);
    MicroBatch fixed = new BatchAssembler(9, 1, 5).assemble(rows);
    assertThat(fixed.tokens()).containsExactly(1, 2, 3, 9, 9);
    assertThatThrownBy(() -> new BatchAssembler(9, 1, 2).assemble(rows))
        .hasMessageContaining("3 tokens");
  }

  @Test
  void the_number_of_targets_is_that_of_learnt_tokens() {
    Example a = example(10, false, true, false, true);
    MicroBatch batch = new BatchAssembler(0, 1, 0).assemble(List.of(List.of(a, a, a)));
    assertThat(java.util.stream.IntStream.of(batch.targets()).filter(t -> t != NO).count())
        .isEqualTo(3L * a.learntTokens());
  }
}
