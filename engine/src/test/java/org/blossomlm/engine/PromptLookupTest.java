package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
  private static int[] guess(PromptLookup lookup, int limit, int... text) {
    int[] roomy = Arrays.copyOf(text, text.length + limit);
    int count = lookup.guess(roomy, text.length, limit);
    assertThat(Arrays.copyOf(roomy, text.length)).isEqualTo(text);
    return Arrays.copyOfRange(roomy, text.length, text.length + count);
  }

  private static int[] guess(int... text) {
    return guess(new PromptLookup(3), 3, text);
  }

  @Test
  void the_text_is_guessed_to_go_on_as_after_the_same_two_tokens() {
    assertThat(guess(1, 2, 3, 4, 5, 9, 1, 2)).containsExactly(3, 4, 5);
  }

  @Test
  void the_longest_match_counts_and_of_equal_ones_the_latest() {
    assertThat(guess(7, 1, 2, 3, 8, 1, 2, 4, 9, 7, 1, 2)).containsExactly(3, 8, 1);
    assertThat(guess(5, 1, 2, 3, 6, 1, 2, 4, 9, 1, 2)).containsExactly(4, 9, 1);
  }

  @Test
  void one_token_alone_is_no_evidence() {
    assertThat(guess(1, 2, 3, 9, 2)).isEmpty();
    assertThat(guess(1)).isEmpty();
    assertThat(guess(1, 1)).isEmpty();
  }

  @Test
  void a_text_that_repeats_itself_is_guessed_beyond_its_end() {
    assertThat(guess(8, 1, 2, 1, 2)).containsExactly(1, 2, 1);
    assertThat(guess(4, 4, 4)).containsExactly(4, 4, 4);
  }

  @Test
  void no_more_is_guessed_than_is_welcome() {
    assertThat(guess(new PromptLookup(8), 2, 1, 2, 3, 4, 5, 1, 2)).containsExactly(3, 4);
    assertThat(guess(new PromptLookup(8), 0, 1, 2, 3, 4, 5, 1, 2)).isEmpty();
  }

  @Test
  void wrong_guesses_make_it_careful_and_right_ones_bold() {
    PromptLookup lookup = new PromptLookup(8);
    int[] text = {1, 1, 1, 1};
    assertThat(guess(lookup, 8, text)).hasSize(8);
    lookup.learn(8, 2);
    assertThat(guess(lookup, 8, text)).hasSize(3);
    lookup.learn(3, 3);
    assertThat(guess(lookup, 8, text)).hasSize(6);
    lookup.learn(6, 0);
    assertThat(guess(lookup, 8, text)).hasSize(1);
    lookup.learn(0, 0);
    assertThat(guess(lookup, 8, text)).hasSize(1);
  }
}
