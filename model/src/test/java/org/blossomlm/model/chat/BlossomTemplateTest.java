package org.blossomlm.model.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

class BlossomTemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 2, 3, 4);
  private static final SpecialTokens TOKENS = new SpecialTokens("<s>", "</s>");

  private final Tokenizer tokenizer = TestTokenizers.tokenizer();

  private static ChatTemplate.Request request(boolean generate, ChatMessage... messages) {
    return new ChatTemplate.Request(List.of(messages), List.of(), generate, Map.of(), NOW);
  }

  // --- Blossom's own format ---

  @Test
  void the_blossom_format_has_a_system_sentence_turns_and_an_eos_after_every_answer() {
    ChatTemplate blossom = ChatTemplates.blossom(TOKENS);
    String text =
        blossom
            .render(
                request(
                    true,
                    ChatMessage.user("你好"),
                    ChatMessage.assistant("Hi"),
                    ChatMessage.user("Bye")))
            .text();
    assertThat(text)
        .isEqualTo(
            "A chat between a human and an artificial intelligence bot. The bot gives helpful,"
                + " detailed, and polite answers to the human's questions.\n|Human|: 你好\n|Bot|:"
                + " Hi</s>\n|Human|: Bye\n|Bot|: ");
  }

  @Test
  void its_jinja_form_writes_the_same_text() {
    ChatTemplate blossom = ChatTemplates.blossom(TOKENS);
    ChatTemplate exported = ChatTemplates.jinja("export", blossom.source(), TOKENS);
    for (boolean generate : new boolean[] {true, false}) {
      for (ChatTemplate.Request request :
          List.of(
              request(generate, ChatMessage.user("a")),
              request(generate, ChatMessage.system("S {{ x }}"), ChatMessage.user("a")),
              request(
                  generate,
                  ChatMessage.user("a"),
                  ChatMessage.assistant("b"),
                  ChatMessage.user("c")),
              request(generate, ChatMessage.user("a"), ChatMessage.assistant("b")))) {
        assertThat(exported.render(request).text()).isEqualTo(blossom.render(request).text());
      }
    }
  }

  @Test
  void questions_and_answers_are_tokenised_apart_as_in_training() {
    MarkedText text =
        ChatTemplates.blossom(TOKENS)
            .render(
                request(
                    true,
                    ChatMessage.system("S"),
                    ChatMessage.user("a"),
                    ChatMessage.assistant("a"),
                    ChatMessage.user("b")));
    assertThat(text.pieces().stream().map(MarkedText::text))
        .containsExactly("S\n|Human|: a\n|Bot|: ", "a</s>", "\n|Human|: b\n|Bot|: ");
    int[] answer = tokenizer.encode(text.pieces().get(1), false);
    assertThat(answer).containsExactly(tokenizer.id("a").orElseThrow(), 2);
  }
}
