package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.Test;

class ThinkingTest {
  private static void assertSplit(ChatMessage message, Optional<String> reasoning, String content) {
    assertThat(message.reasoning()).isEqualTo(reasoning);
    assertThat(message.content()).isEqualTo(content);
  }

  @Test
  void thoughtsBeforeTheAnswerAreItsReasoning() {
    assertSplit(
        Thinking.split("[assistant]", "<think>\nHm.\nYes.\n</think>\n\nIt is."),
        Optional.of("Hm.\nYes."),
        "It is.");
  }

  @Test
  void aPromptThatEndsInsideTheTagOpensIt() {
    assertSplit(
        Thinking.split("[assistant]<think>\n", "Hm.\n</think>\n\nIt is."),
        Optional.of("Hm."),
        "It is.");
  }

  @Test
  void thoughtsThatWereCutOffAreAllReasoning() {
    assertSplit(Thinking.split("[assistant]", "<think>\nHm"), Optional.of("Hm"), "");
    assertSplit(Thinking.split("[assistant]<think>", "Hm"), Optional.of("Hm"), "");
  }

  @Test
  void emptyThoughtsAreNone() {
    assertSplit(
        Thinking.split("[assistant]", "<think>\n\n</think>\n\nYes."), Optional.empty(), "Yes.");
  }

  @Test
  void anAnswerAboutTheTagIsAnAnswer() {
    String answer = "Use <think> and </think>.";
    assertSplit(Thinking.split("[assistant]", answer), Optional.empty(), answer);
    assertSplit(
        Thinking.split("[assistant]<think>\n\n</think>\n\n", answer), Optional.empty(), answer);
  }

  @Test
  void onlyTemplatesThatKnowOfThinkingHaveIt() {
    assertThat(Thinking.isKnownTo(new FakeTemplate("", "", "{{ message.content }}"))).isFalse();
    assertThat(Thinking.isKnownTo(new FakeTemplate("", "", "'<think>\\n'"))).isTrue();
    assertThat(Thinking.isKnownTo(new FakeTemplate("", "", "message.reasoning_content"))).isTrue();
  }
}
