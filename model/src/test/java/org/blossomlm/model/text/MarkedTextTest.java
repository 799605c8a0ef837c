package org.blossomlm.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkedTextTest {
  @Test
  void marks_survive_building_cutting_and_joining() {
    MarkedText text =
        MarkedText.builder().trusted("ab").data("cd").append(MarkedText.trusted("e")).build();
    assertThat(text.text()).isEqualTo("abcde");
    assertThat(text.isTrusted(0, 2)).isTrue();
    assertThat(text.isTrusted(1, 3)).isFalse();
    assertThat(text.isData(3)).isTrue();
    assertThat(text.isTrusted(4, 5)).isTrue();
    assertThat(text.subText(2, 5)).isEqualTo(MarkedText.builder().data("cd").trusted("e").build());
  }

  @Test
  void boundaries_part_a_text_into_pieces_and_never_make_empty_ones() {
    MarkedText text =
        MarkedText.builder()
            .boundary()
            .trusted("a")
            .boundary()
            .boundary()
            .append(MarkedText.builder().data("b").boundary().trusted("c").build())
            .boundary()
            .build();
    assertThat(text.pieces())
        .containsExactly(MarkedText.trusted("a"), MarkedText.data("b"), MarkedText.trusted("c"));
    assertThat(MarkedText.trusted("").pieces()).containsExactly(MarkedText.trusted(""));
  }
}
