package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PromptTest {
  @ParameterizedTest
  @EnumSource(Prompt.class)
  void both_languages_take_the_same_values_and_are_in_their_language(Prompt prompt) {
    for (PromptLanguage language : PromptLanguage.values()) {
      String text = prompt.text(language);
      assertThat(
              Pattern.compile("\\{\\{(.*?)}}")
                  .matcher(text)
                  .results()
                  .map((MatchResult match) -> match.group(1))
                  .collect(Collectors.toSet()))
          .containsExactlyInAnyOrderElementsOf(prompt.placeholders());
      assertThat(PromptLanguage.of(text)).isEqualTo(language);
    }
  }

  @Test
  void values_are_no_templates() {
    assertThat(
            Prompt.REPAIR.render(PromptLanguage.EN, Map.of("problem", "{{problem}} costs $1\\2")))
        .contains("What was wrong: {{problem}} costs $1\\2.");
    assertThatThrownBy(() -> Prompt.REPAIR.render(PromptLanguage.EN, Map.of("text", "x")))
        .hasMessageContaining("problem");
  }

  @Test
  void the_language_is_that_of_most_of_the_prose() {
    assertThat(PromptLanguage.of("What does 你好 mean in Chinese?")).isEqualTo(PromptLanguage.EN);
    assertThat(PromptLanguage.of("请解释 Transformer 的 attention mechanism"))
        .isEqualTo(PromptLanguage.ZH);
    assertThat(
            PromptLanguage.of("为什么会报错？\n```java\nint one = two + three + four + five + six;\n```"))
        .isEqualTo(PromptLanguage.ZH);
    assertThat(PromptLanguage.of("1 + 1 = ?")).isEqualTo(PromptLanguage.EN);
  }
}
