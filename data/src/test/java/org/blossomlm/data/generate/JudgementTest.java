package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.generate.Bench.record;
import static org.blossomlm.data.generate.Bench.turns;
import static org.blossomlm.data.generate.ScriptedTeacher.answer;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.TeacherException;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final ChatRecord CHAT =
      record("user: Why is the sky blue?", "assistant: Because.");
  private static final Map<String, Object> GUIDANCE = Map.of("guidance", "Answers explain.");

  @Test
  void the_judge_decides_and_its_judgement_is_kept() {
    ScriptedTeacher judge = ScriptedTeacher.saying("{\"analysis\": \"fine\", \"keep\": true}");
    DataRecord kept = Bench.with(judge).one("llm_judge_filter", GUIDANCE, CHAT);
    assertThat(kept.head().metadata())
        .containsEntry("judge", Map.of("analysis", "fine", "keep", true));
    assertThat(ScriptedTeacher.question(judge.requests.getFirst()))
        .contains("Answers explain.", "[user]\nWhy is the sky blue?", "[assistant]\nBecause.");
    assertThat(
            Bench.with(ScriptedTeacher.saying("{\"analysis\": \"short\", \"keep\": false}"))
                .apply("llm_judge_filter", GUIDANCE, CHAT))
        .isEqualTo(new Outcome.Drop("judged not to follow the guidance"));
  }

  @Test
  void a_score_decides_where_a_least_one_is_asked_for() {
    Map<String, Object> arguments = Map.of("guidance", "Answers explain.", "min_score", 7.5);
    for (int score = 7; score <= 8; score++) {
      Outcome outcome =
          Bench.with(ScriptedTeacher.saying("{\"analysis\": \"\", \"score\": " + score + "}"))
              .apply("llm_judge_filter", arguments, CHAT);
      assertThat(outcome instanceof Outcome.Keep).isEqualTo(score == 8);
    }
    assertThatThrownBy(
            () -> Bench.operator("llm_judge_filter", Map.of("guidance", "x", "min_score", 11L)))
        .hasMessage("min_score is 11.0: allowed are numbers from 1.0 to 10.0");
  }

  @Test
  void reverse_keeps_the_others_and_leaves_failed_records_alone() {
    Map<String, Object> arguments = Map.of("guidance", "x", "reverse", true);
    assertThat(
            Bench.with(ScriptedTeacher.saying("{\"analysis\": \"\", \"keep\": true}"))
                .apply("llm_judge_filter", arguments, CHAT))
        .isEqualTo(new Outcome.Drop("judged to follow the guidance"));
    DataRecord failed = CHAT.failed("before");
    assertThat(Bench.with(ScriptedTeacher.saying()).one("llm_judge_filter", arguments, failed))
        .isSameAs(failed);
  }

  @Test
  void without_a_judgement_a_record_is_neither_good_nor_bad() {
    ScriptedTeacher judge = new ScriptedTeacher("t", request -> answer("Sure!"));
    DataRecord result =
        Bench.with(judge).one("llm_judge_filter", Map.of("guidance", "x", "mark_only", true), CHAT);
    assertThat(result.failure())
        .contains(
            "t gave no usable answer in 3 attempts; the last problem: there is no JSON object in the"
                + " answer");
    // The second repair asks the same as the first one: only its attempt is another.
    assertThat(judge.requests).extracting(CompletionRequest::attempt).containsExactly(0, 0, 1);
    assertThat(result.head().metadata()).isEmpty();
    assertThat(result.head().provenance().steps().getFirst().calls())
        .hasSize(3)
        .doesNotHaveDuplicates();
  }

  @Test
  void a_judgement_that_was_cut_off_is_asked_for_again_more_briefly() {
    int[] calls = {0};
    ScriptedTeacher judge =
        new ScriptedTeacher(
            "t",
            request ->
                ++calls[0] == 1
                    ? answer("{\"analysis\": \"On the one", FinishReason.LENGTH)
                    : answer("{\"analysis\": \"\", \"keep\": true}"));
    assertThat(Bench.with(judge).one("llm_judge_filter", GUIDANCE, CHAT).failure()).isEmpty();
    assertThat(ScriptedTeacher.question(judge.requests.get(1))).contains("cut off", "be briefer");
  }

  @Test
  void what_a_teachers_service_said_goes_to_the_run() {
    ScriptedTeacher judge =
        new ScriptedTeacher(
            "t",
            request -> {
              throw new TeacherException("HTTP 401: no such key", 401);
            });
    assertThatThrownBy(() -> Bench.with(judge).apply("llm_judge_filter", GUIDANCE, CHAT))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("401");
  }

  @Test
  void chinese_records_are_judged_with_a_chinese_prompt() {
    ScriptedTeacher judge = ScriptedTeacher.saying("{“analysis”：“好”，“keep”：true}");
    Bench.with(judge)
        .one("llm_judge_filter", GUIDANCE, new TextRecord(RecordHead.of("x"), "天为什么是蓝的？"));
    assertThat(ScriptedTeacher.question(judge.requests.getFirst())).contains("请你判断一条样本");
  }

  @Test
  void the_better_of_two_answers_wins_in_both_orders() {
    PreferenceRecord pair = (PreferenceRecord) compare("long", "preference").getFirst();
    assertThat(pair.prompt()).containsExactly(ChatMessage.user("Why is the sky blue?"));
    assertThat(pair.chosen()).containsExactly(ChatMessage.assistant("A long explanation"));
    assertThat(pair.rejected()).containsExactly(ChatMessage.assistant("Because."));
    assertThat(turns(compare("Because", "chat").getFirst()))
        .containsExactly("user: Why is the sky blue?", "assistant: Because.");
    List<DataRecord> both = compare("long", "both");
    assertThat(both).extracting(DataRecord::id).containsExactly("r1", "r1-preference");
    assertThat(both.getFirst().head().metadata())
        .containsEntry("answered_by", "t")
        .containsEntry("judged_by", "j");
  }

  /** A judge who likes the answer that says {@code liked}, wherever it stands. */
  private static List<DataRecord> compare(String liked, String output) {
    ScriptedTeacher judge =
        new ScriptedTeacher(
            "j",
            request -> {
              String shown = ScriptedTeacher.question(request);
              String first =
                  shown.substring(shown.indexOf("<answer_a>"), shown.indexOf("</answer_a>"));
              return answer(
                  "{\"analysis\": \"\", \"better\": \"%s\"}"
                      .formatted(first.contains(liked) ? "A" : "B"));
            });
    return new Bench(Map.of("t", ScriptedTeacher.saying("A long explanation"), "j", judge))
        .all("chat_better_of_two", Map.of("judge", "j", "output", output), CHAT);
  }

  @Test
  void a_judge_who_always_likes_the_first_makes_a_tie() {
    ScriptedTeacher judge =
        new ScriptedTeacher("j", r -> answer("{\"analysis\": \"\", \"better\": \"A\"}"));
    Bench bench =
        new Bench(Map.of("t", new ScriptedTeacher("t", r -> answer("other")), "j", judge));
    assertThat(bench.apply("chat_better_of_two", Map.of("judge", "j"), CHAT))
        .isEqualTo(new Outcome.Drop("neither answer is better"));
    assertThat(turns(bench.one("chat_better_of_two", Map.of("judge", "j", "ties", "first"), CHAT)))
        .endsWith("assistant: Because.");
    assertThat(
            bench.apply(
                "chat_better_of_two",
                Map.of("judge", "j", "ties", "first", "output", "preference"),
                CHAT))
        .isInstanceOf(Outcome.Drop.class);
  }

  @Test
  void three_teachers_draw_their_roles_for_each_record() {
    TreeSet<String> judges = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      Bench bench =
          new Bench(Map.of("a", likesItself("a"), "b", likesItself("b"), "c", likesItself("c")));
      DataRecord record = CHAT.withHead(RecordHead.of("r" + i));
      DataRecord result =
          bench.one(
              "chat_better_of_two",
              Map.of(
                  "first_teacher",
                  "a",
                  "teacher",
                  "b",
                  "judge",
                  "c",
                  "draw_roles",
                  true,
                  "ties",
                  "first"),
              record);
      judges.add((String) result.head().metadata().get("judged_by"));
    }
    assertThat(judges).containsExactly("a", "b", "c");
  }

  private static ScriptedTeacher likesItself(String name) {
    return new ScriptedTeacher(
        name,
        request ->
            answer(
                request.schema().isPresent()
                    ? "{\"analysis\": \"\", \"better\": \"A\"}"
                    : "from " + name));
  }
}
