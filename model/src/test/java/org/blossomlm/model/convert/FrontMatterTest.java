package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FrontMatterTest {
  private static final String CARD =
      """
      ---
      license: apache-2.0   # a comment
      license_link: "https://example.org/LICENSE"
      language:
      - en
      - zh
      tags: [chat, 'sft']
      base_model:
        - Qwen/Qwen1.5-14B
      model-index:
      - name: x
        results:
          - task: y
      widget:
        text: nested
      description: >
        Two lines
        of text.
      pipeline_tag: text-generation
      library_name:
      no_value: {a: 1}
      ---
      # Title
      license: mit
      """;

  @Test
  void strings_and_lists_of_a_model_card_are_read() {
    FrontMatter card = FrontMatter.of(CARD);
    assertThat(card.string("license")).contains("apache-2.0");
    assertThat(card.string("license_link")).contains("https://example.org/LICENSE");
    assertThat(card.strings("language")).containsExactly("en", "zh");
    assertThat(card.strings("tags")).containsExactly("chat", "sft");
    assertThat(card.strings("base_model")).containsExactly("Qwen/Qwen1.5-14B");
    assertThat(card.string("description")).contains("Two lines of text.");
    assertThat(card.string("pipeline_tag")).contains("text-generation");
    assertThat(card.strings("text")).isEmpty();
    assertThat(card.strings("library_name")).isEmpty();
    assertThat(card.strings("model-index")).isEmpty();
  }

  @Test
  void a_card_without_a_header_has_no_values() {
    for (String card : List.of("", "# Title\nlicense: mit", "---\nlicense: mit\nno end", "---")) {
      assertThat(FrontMatter.of(card).values()).as(card).isEmpty();
    }
  }

  @Test
  void windows_line_ends_are_no_part_of_values() {
    assertThat(FrontMatter.of("---\r\nlicense: mit\r\n---\r\n").string("license")).contains("mit");
  }
}
