package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.generate.Bench.record;
import static org.blossomlm.data.generate.Bench.turns;
import static org.blossomlm.data.generate.ScriptedTeacher.answer;

import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;

class ChatDistillerTest {
  private static final ChatRecord CHAT =
      record("system: be kind", "user: one?", "assistant: old 1", "user: two?", "assistant: old 2");

  @Test
  void the_first_turn_keeps_the_system_message() {
    ScriptedTeacher teacher = ScriptedTeacher.saying("new 1");
    ChatRecord result = Bench.with(teacher).chat("chat_distiller", Map.of(), CHAT);
    assertThat(turns(result)).containsExactly("system: be kind", "user: one?", "assistant: new 1");
    assertThat(teacher.requests.getFirst().messages())
        .containsExactly(ChatMessage.system("be kind"), ChatMessage.user("one?"));
  }

  @Test
  void the_last_turn_replaces_the_last_answer() {
    assertThat(turns(distil("last_turn", CHAT, "new 2")))
        .containsExactly(
            "system: be kind", "user: one?", "assistant: old 1", "user: two?", "assistant: new 2");
  }

  @Test
  void a_last_user_message_without_an_answer_is_answered_not_lost() {
    ChatRecord open = record("user: one?", "assistant: old 1", "user: two?");
    assertThat(turns(distil("last_turn", open, "new 2")))
        .containsExactly("user: one?", "assistant: old 1", "user: two?", "assistant: new 2");
    assertThat(turns(distil("multi_turn", open, "new 1", "new 2")))
        .containsExactly("user: one?", "assistant: new 1", "user: two?", "assistant: new 2");
  }

  @Test
  void every_turn_is_answered_after_the_teachers_own_answers_without_their_reasoning() {
    ScriptedTeacher teacher =
        new ScriptedTeacher(
            "t",
            request ->
                ScriptedTeacher.withReasoning(
                    "thought", "answer to " + ScriptedTeacher.question(request)));
    ChatRecord result =
        Bench.with(teacher).chat("chat_distiller", Map.of("strategy", "multi_turn"), CHAT);
    assertThat(turns(result))
        .containsExactly(
            "system: be kind",
            "user: one?",
            "assistant: answer to one?",
            "user: two?",
            "assistant: answer to two?");
    assertThat(result.messages().get(2).reasoning()).contains("thought");
    List<ChatMessage> sent = teacher.requests.get(1).messages();
    assertThat(sent).hasSize(4);
    assertThat(sent).allMatch(message -> message.reasoning().isEmpty());
    assertThat(sent.get(2)).isEqualTo(ChatMessage.assistant("answer to one?"));
  }

  @Test
  void messages_of_a_user_in_a_row_get_one_answer() {
    assertThat(
            turns(distil("multi_turn", record("user: hi", "user: one?", "assistant: old"), "new")))
        .containsExactly("user: hi", "user: one?", "assistant: new");
  }

  private static ChatRecord distil(String strategy, ChatRecord record, String... answers) {
    return Bench.with(ScriptedTeacher.saying(answers))
        .chat("chat_distiller", Map.of("strategy", strategy), record);
  }

  @Test
  void thinking_inside_of_the_text_becomes_reasoning() {
    ChatRecord result = distil("first_turn", CHAT, "<think>\nhm\n</think>\n\nnew");
    assertThat(result.messages().getLast().content()).isEqualTo("new");
    assertThat(result.messages().getLast().reasoning()).contains("hm");
    assertThat(distil("first_turn", CHAT, "hm\n</think>\nnew").messages().getLast().content())
        .isEqualTo("new");
    String about = "R1 writes `</think>` before it answers.";
    assertThat(distil("first_turn", CHAT, about).messages().getLast().content()).isEqualTo(about);
  }

  @Test
  void an_answer_that_was_cut_off_is_marked_cut_or_dropped() {
    assertThat(truncatedAt(2, "mark", "multi_turn").head().metadata())
        .containsEntry("response_truncated", true);
    assertThat(turns(truncatedAt(2, "mark", "multi_turn"))).hasSize(5);
    // Nobody goes on from half an answer.
    assertThat(turns(truncatedAt(1, "mark", "multi_turn")))
        .containsExactly("system: be kind", "user: one?", "assistant: answer 1");
    assertThat(turns(truncatedAt(2, "cut", "multi_turn")))
        .containsExactly("system: be kind", "user: one?", "assistant: answer 1");
    assertThat(truncatedAt(2, "cut", "multi_turn").head().metadata()).isEmpty();
    for (String what : List.of("cut", "drop")) {
      assertThat(outcome(1, what, "first_turn")).isEqualTo(new Outcome.Drop("answer cut off"));
    }
  }

  private static ChatRecord truncatedAt(int call, String truncated, String strategy) {
    return (ChatRecord) ((Outcome.Keep) outcome(call, truncated, strategy)).records().getFirst();
  }

  private static Outcome outcome(int call, String truncated, String strategy) {
    int[] calls = {0};
    ScriptedTeacher teacher =
        new ScriptedTeacher(
            "t",
            request ->
                answer(
                    "answer " + ++calls[0],
                    calls[0] == call ? FinishReason.LENGTH : FinishReason.STOP));
    return Bench.with(teacher)
        .apply("chat_distiller", Map.of("strategy", strategy, "truncated", truncated), CHAT);
  }

  @Test
  void a_conversation_ends_where_its_tokens_are_spent() {
    ScriptedTeacher teacher = ScriptedTeacher.saying("new 1"); // 15 tokens
    ChatRecord result =
        Bench.with(teacher)
            .chat(
                "chat_distiller", Map.of("strategy", "multi_turn", "max_total_tokens", 15L), CHAT);
    assertThat(turns(result)).containsExactly("system: be kind", "user: one?", "assistant: new 1");
  }

  @Test
  void an_empty_answer_is_asked_for_again_as_another_attempt() {
    ScriptedTeacher teacher = ScriptedTeacher.saying(" ", "<think>only", "new");
    ChatRecord result = Bench.with(teacher).chat("chat_distiller", Map.of(), CHAT);
    assertThat(result.messages().getLast().content()).isEqualTo("new");
    assertThat(teacher.requests).extracting(CompletionRequest::attempt).containsExactly(0, 1, 2);
    assertThat(result.head().provenance().steps()).hasSize(1);
    Provenance.Step step = result.head().provenance().steps().getFirst();
    assertThat(step.operator()).isEqualTo("step");
    assertThat(step.calls()).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void a_record_without_an_answer_fails_and_stays_as_it_was() {
    ScriptedTeacher teacher = new ScriptedTeacher("t", request -> answer(""));
    ChatRecord result = Bench.with(teacher).chat("chat_distiller", Map.of("retries", 1L), CHAT);
    assertThat(result.failure()).hasValueSatisfying(f -> assertThat(f).contains("in 2 attempts"));
    assertThat(result.messages()).isEqualTo(CHAT.messages());
    assertThat(result.head().provenance().steps().getFirst().calls()).hasSize(2);
  }

  @Test
  void what_cannot_be_distilled_fails_with_the_reason() {
    assertThat(distil("first_turn", record("system: x")).failure())
        .contains("the conversation has no user message");
    assertThat(
            Bench.with(ScriptedTeacher.saying())
                .one("chat_distiller", Map.of(), new TextRecord(RecordHead.of("x"), "text"))
                .failure())
        .hasValueSatisfying(f -> assertThat(f).contains("works on chats"));
    ChatRecord tools =
        CHAT.withMessages(List.of(ChatMessage.user("x"), ChatMessage.of(Role.TOOL, "result")));
    assertThat(distil("multi_turn", tools).failure())
        .hasValueSatisfying(f -> assertThat(f).contains("last_turn"));
  }

  @Test
  void a_failed_record_passes_by_untouched() {
    ChatRecord failed = (ChatRecord) CHAT.failed("before");
    assertThat(Bench.with(ScriptedTeacher.saying()).one("chat_distiller", Map.of(), failed))
        .isSameAs(failed);
  }

  @Test
  void a_judge_picks_the_best_of_several_answers_in_random_order() {
    for (long seed = 1; seed <= 8; seed++) {
      int[] calls = {0};
      ScriptedTeacher teacher =
          new ScriptedTeacher("t", request -> answer("answer " + ++calls[0] + "!"));
      ScriptedTeacher judge =
          new ScriptedTeacher(
              "j",
              request -> {
                String shown = ScriptedTeacher.question(request);
                int at = shown.indexOf("answer 2!");
                char number = shown.charAt(shown.lastIndexOf("<answer_", at) + 8);
                return answer("{\"analysis\": \"\", \"best\": " + number + "}");
              });
      Bench bench = new Bench(Map.of("t", teacher, "j", judge));
      bench.seed = seed;
      ChatRecord result =
          bench.chat(
              "chat_distiller", Map.of("candidates", 3L, "judge", "j", "keep_others", true), CHAT);
      assertThat(result.messages().getLast().content()).isEqualTo("answer 2!");
      assertThat(result.head().metadata())
          .containsEntry("other_answers", List.of("answer 1!", "answer 3!"));
      // Three candidates are three entries of the cache.
      assertThat(teacher.requests).extracting(CompletionRequest::attempt).containsExactly(0, 1, 2);
    }
  }

  @Test
  void a_whole_answer_wins_over_one_that_was_cut_off_without_a_judge() {
    int[] calls = {0};
    ScriptedTeacher teacher =
        new ScriptedTeacher(
            "t",
            request -> ++calls[0] == 1 ? answer("half", FinishReason.LENGTH) : answer("whole"));
    ChatRecord result = Bench.with(teacher).chat("chat_distiller", Map.of("candidates", 2L), CHAT);
    assertThat(result.messages().getLast().content()).isEqualTo("whole");
    assertThat(calls[0]).isEqualTo(2);
  }
}
