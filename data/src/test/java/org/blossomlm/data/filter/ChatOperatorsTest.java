package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.model.chat.ChatMessage.assistant;
import static org.blossomlm.model.chat.ChatMessage.system;
import static org.blossomlm.model.chat.ChatMessage.user;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.junit.jupiter.api.Test;

class ChatOperatorsTest {
  private static ChatMessage thinking(String reasoning, String content) {
    return new ChatMessage(
        Role.ASSISTANT,
        content,
        Optional.of(reasoning),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static ChatMessage calling(String content) {
    return new ChatMessage(
        Role.ASSISTANT,
        content,
        Optional.empty(),
        List.of(new ToolCall("1", "weather", Map.of())),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static List<ChatMessage> messages(DataRecord record) {
    return ((ChatRecord) record).messages();
  }

  @Test
  void wholeRoundsGoFromTheEnd() {
    ChatRecord record =
        chat("a", system("abcd"), user("abcd"), assistant("abcd"), user("abcd"), assistant("abcd"));
    OneOperator trimmer = OneOperator.of("chat_context_round_trimmer", "max_context_len", 12);
    assertThat(messages(trimmer.run(record).only())).hasSize(3);
    assertThat(
            messages(
                OneOperator.of("chat_context_round_trimmer", "max_context_len", 20)
                    .run(record)
                    .only()))
        .hasSize(5);
    assertThat(
            messages(
                OneOperator.of("chat_context_round_trimmer", "max_context_len", 19)
                    .run(record)
                    .only()))
        .hasSize(3);
  }

  @Test
  void aFirstRoundThatIsTooLongDropsTheChatInsteadOfEmptyingIt() {
    assertThat(
            OneOperator.of("chat_context_round_trimmer", "max_context_len", 3)
                .run(chat("a", "abcd", "abcd"))
                .reasons())
        .containsExactly("the first round is too long");
  }

  @Test
  void reasoningCountsInTheTrimmerWhereAskedFor() {
    ChatRecord record =
        chat("a", user("q"), thinking("x".repeat(50), "a"), user("q"), assistant("a"));
    assertThat(
            OneOperator.of(
                    "chat_context_round_trimmer", "max_context_len", 51, "count_reasoning", true)
                .run(record)
                .dropped())
        .hasSize(1);
    assertThat(
            messages(
                OneOperator.of("chat_context_round_trimmer", "max_context_len", 51)
                    .run(record)
                    .only()))
        .hasSize(4);
  }

  @Test
  void chatsThatCannotBeTrainedOnAreInvalid() {
    OneOperator filter = OneOperator.of("chat_invalid_filter");
    assertThat(filter.run(chat("a", new ChatMessage[0])).reasons())
        .containsExactly("has no messages");
    assertThat(filter.run(chat("a", "q", " \u3000\n")).reasons())
        .containsExactly("has an empty message");
    for (ChatRecord wrong :
        List.of(
            chat("only a system message", system("s")),
            chat("no answer", user("q")),
            chat("begins with an answer", assistant("a")),
            chat("two questions", user("q"), user("q"), assistant("a")),
            chat("two answers", user("q"), assistant("a"), assistant("a")),
            chat(
                "system in the middle",
                user("q"),
                assistant("a"),
                system("s"),
                user("q"),
                assistant("a")),
            chat("unanswered call", user("q"), calling("")),
            chat(
                "a result without a call",
                user("q"),
                ChatMessage.of(Role.TOOL, "r"),
                assistant("a")))) {
      assertThat(filter.run(wrong).reasons())
          .as(wrong.id())
          .containsExactly("roles are in a wrong order");
    }
    assertThat(
            filter
                .run(
                    chat("a", system("s"), user("q"), assistant("a"), user("q"), assistant("a")),
                    chat(
                        "tools",
                        user("q"),
                        calling(""),
                        ChatMessage.of(Role.TOOL, "r"),
                        ChatMessage.of(Role.TOOL, "r"),
                        assistant("a")))
                .kept())
        .hasSize(2);
  }

  @Test
  void invalidRulesAreChosenAndReversed() {
    assertThat(
            OneOperator.of("chat_invalid_filter", "rules", List.of("empty_content"))
                .run(chat("a", user("q")))
                .kept())
        .hasSize(1);
    assertThat(
            OneOperator.of("chat_invalid_filter", "reverse", true)
                .run(chat("bad", user("q")), chat("good", "q", "a"))
                .keptIds())
        .containsExactly("bad");
  }

  @Test
  void lengthsHaveALimitForEachRoleAndTheWhole() {
    OneOperator filter =
        OneOperator.of(
            "chat_length_filter", "user_max_len", 3, "total_max_len", 8, "assistant_min_len", 1);
    assertThat(filter.run(chat("a", "abcd", "a")).reasons())
        .containsExactly("user message is too long");
    assertThat(filter.run(chat("a", "abc", "abcdef")).reasons())
        .containsExactly("the chat is too long");
    assertThat(filter.run(chat("a", "abc", "")).reasons())
        .containsExactly("assistant message is too short");
    assertThat(filter.run(chat("a", "abc", "abcde")).kept()).hasSize(1);
    ChatRecord thinking = chat("a", user("abc"), thinking("0123456789", "a"));
    assertThat(filter.run(thinking).kept()).hasSize(1);
    assertThat(
            OneOperator.of("chat_length_filter", "total_max_len", 8, "count_reasoning", true)
                .run(thinking)
                .dropped())
        .hasSize(1);
  }

  @Test
  void turnsAreThoseOfTheUser() {
    OneOperator filter = OneOperator.of("chat_turn_filter", "min_turns", 2, "max_turns", 2);
    assertThat(
            filter
                .run(
                    chat("1", "q", "a"),
                    chat("2", system("s"), user("q"), assistant("a"), user("q"), assistant("a")))
                .keptIds())
        .containsExactly("2");
  }

  @Test
  void reasoningIsPutInFrontOnceHoweverOftenItIsMerged() {
    OneOperator merger = OneOperator.of("chat_reasoning_content_merger");
    DataRecord once = merger.run(chat("a", user("q"), thinking("hm", "yes"))).only();
    assertThat(messages(once).getLast().content()).isEqualTo("<think>\nhm\n</think>yes");
    assertThat(merger.run(once).only()).isEqualTo(once);

    OneOperator clearing =
        OneOperator.of(
            "chat_reasoning_content_merger", "clear_reasoning", true, "force_wrapper", true);
    DataRecord cleared = clearing.run(chat("a", user("q"), thinking("hm", "yes"))).only();
    assertThat(messages(cleared).getLast().reasoning()).isEmpty();
    assertThat(clearing.run(cleared).only()).isEqualTo(cleared);
  }

  @Test
  void theStrategyChoosesAnswersAndAChatWithoutOneStaysAsItIs() {
    ChatRecord two = chat("a", user("q"), thinking("1", "a"), user("q"), thinking("2", "b"));
    OneOperator last = OneOperator.of("chat_reasoning_content_merger", "strategy", "last_turn");
    assertThat(messages(last.run(two).only()))
        .extracting(ChatMessage::content)
        .containsExactly("q", "a", "q", "<think>\n2\n</think>b");
    ChatRecord none = chat("a", user("q"));
    assertThat(last.run(none).only()).isEqualTo(none);
    assertThat(
            messages(
                    OneOperator.of("chat_reasoning_content_merger", "force_wrapper", true)
                        .run(chat("a", "q", "b"))
                        .only())
                .getLast()
                .content())
        .isEqualTo("<think>\n\n</think>b");
  }
}
