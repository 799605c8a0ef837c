package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.generate.Bench.record;
import static org.blossomlm.data.generate.Bench.turns;
import static org.blossomlm.data.generate.ScriptedTeacher.answer;

import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.generate.AnswerCheck.Result;
import org.blossomlm.data.generate.AnswerCheck.Verdict;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.CompletionRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerificationTest {
  private static final ChatRecord SUM =
      record("system: be brief", "user: 600 + 634?", "assistant: It is 1,234.");

  @Test
  void answers_are_tried_until_one_agrees_and_the_system_message_stays() {
    ScriptedTeacher teacher = ScriptedTeacher.saying("It is 1235.", "It is 1234.");
    ChatRecord result =
        Bench.with(teacher).chat("chat_verify_distiller", Map.of("mode", "number"), SUM);
    assertThat(turns(result))
        .containsExactly("system: be brief", "user: 600 + 634?", "assistant: It is 1234.");
    assertThat(result.head().metadata())
        .containsEntry("verification", "number")
        .containsEntry("verification_attempts", 2L);
    assertThat(teacher.requests).extracting(CompletionRequest::attempt).containsExactly(0, 1);
    assertThat(teacher.requests.getFirst().messages()).hasSize(2);
    assertThat(result.head().provenance().steps().getFirst().calls()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The total is 1,234.|1234|CORRECT",
        "1234|1,234|CORRECT",
        "so 1/2|0.5|CORRECT",
        "so 0.50|1/2|CORRECT",
        "50%|50 %|CORRECT",
        "50%|50|WRONG",
        "from 10-3|3|CORRECT",
        "from 10-3|-3|WRONG",
        "x = -3|-3|CORRECT",
        "x = −3|-3|CORRECT",
        "答案是１２。|12|CORRECT",
        "12.|12|CORRECT",
        "3 1/0|3|CORRECT",
        "none|3|UNREADABLE",
        "3|none|UNREADABLE",
        "1,2|2|CORRECT",
      })
  void numbers_are_compared_by_value(String answer, String reference, Result expected) {
    assertThat(new NumberCheck().check("", reference, answer).result()).isEqualTo(expected);
  }

  @Test
  void texts_are_compared_without_case_width_and_punctuation() {
    assertThat(new SameText().check("", "New York", " new york. ").result())
        .isEqualTo(Result.CORRECT);
    assertThat(new SameText().check("", "北京", "北京。").result()).isEqualTo(Result.CORRECT);
    assertThat(new SameText().check("", "北京", "上海").result()).isEqualTo(Result.WRONG);
    assertThat(new SameText().check("", "...", "x").result()).isEqualTo(Result.UNREADABLE);
  }

  @Test
  void a_judge_compares_and_is_told_when_its_answer_cannot_be_read() {
    ScriptedTeacher teacher = ScriptedTeacher.saying("1234");
    ScriptedTeacher judge =
        ScriptedTeacher.saying(
            "They agree.", "```\n{'analysis': 'both 1234', 'consistent': True,}\n```");
    Bench bench = new Bench(Map.of("t", teacher, "j", judge));
    ChatRecord result =
        bench.chat("chat_verify_distiller", Map.of("mode", "llm", "judge", "j"), SUM);
    assertThat(result.failure()).isEmpty();
    assertThat(judge.requests.get(0).schema()).isPresent();
    assertThat(judge.requests.get(1).messages()).hasSize(3);
    assertThat(ScriptedTeacher.question(judge.requests.get(1)))
        .contains("there is no JSON object in the answer");
    assertThat(bench.counts).containsEntry("answers usable after a repair", 1L);
    assertThat(result.head().provenance().steps().getFirst().calls()).hasSize(3);
  }

  @Test
  void an_answer_that_was_cut_off_agrees_with_nothing_unless_nothing_is_compared() {
    ScriptedTeacher teacher =
        new ScriptedTeacher("t", request -> answer("1234", FinishReason.LENGTH));
    Bench bench = Bench.with(teacher);
    ChatRecord failed = bench.chat("chat_verify_distiller", Map.of("mode", "number"), SUM);
    assertThat(failed.failure())
        .contains("none of 3 answers agreed with the reference; the last: the answer was cut off");
    assertThat(failed.messages()).isEqualTo(SUM.messages());
    assertThat(bench.chat("chat_verify_distiller", Map.of("mode", "none"), SUM).head().metadata())
        .containsEntry("response_truncated", true);
    assertThat(
            bench.apply(
                "chat_verify_distiller", Map.of("mode", "number", "unverified", "drop"), SUM))
        .isEqualTo(new Outcome.Drop("no answer agreed with the reference"));
  }

  @Test
  void the_reference_may_lie_in_metadata() {
    ChatRecord record = (ChatRecord) record("user: 600 + 634?").withMetadata("answer", 1234L);
    Map<String, Object> arguments = Map.of("mode", "number", "reference_field", "answer");
    assertThat(
            Bench.with(ScriptedTeacher.saying("1234"))
                .chat("chat_verify_distiller", arguments, record)
                .failure())
        .isEmpty();
    assertThat(
            Bench.with(ScriptedTeacher.saying())
                .chat("chat_verify_distiller", arguments, record("user: x"))
                .failure())
        .hasValueSatisfying(f -> assertThat(f).contains("metadata.answer is missing"));
  }

  @Test
  void other_packages_plug_their_checks_in_as_modes() {
    AnswerCheck check =
        (question, reference, answer) ->
            new Verdict(answer.equals("yes") ? Result.CORRECT : Result.WRONG, question);
    Operator operator =
        Bench.operator(
            GenerateOperators.all(Map.of("math", check)),
            "chat_verify_distiller",
            Map.of("mode", "math"));
    Outcome outcome =
        Bench.with(ScriptedTeacher.saying("no", "yes")).apply((RecordOperator) operator, SUM);
    assertThat(((Outcome.Keep) outcome).records().getFirst().head().metadata())
        .containsEntry("verification", "math");
  }

  @Test
  void without_a_reference_a_second_teacher_answers_and_a_reviewer_compares() {
    for (boolean inconsistent : List.of(true, false)) {
      ScriptedTeacher second = ScriptedTeacher.saying("It is 1234");
      ScriptedTeacher reviewer =
          ScriptedTeacher.saying("{\"analysis\": \"a\", \"inconsistent\": " + inconsistent + "}");
      Bench bench = new Bench(Map.of("t", reviewer, "s", second));
      Outcome outcome =
          bench.apply("chat_reasoning_consistency_filter", Map.of("second_teacher", "s"), SUM);
      assertThat(outcome instanceof Outcome.Drop).isEqualTo(inconsistent);
      // The second teacher does not see the first answer.
      assertThat(second.requests.getFirst().messages()).isEqualTo(SUM.messages().subList(0, 2));
      assertThat(ScriptedTeacher.question(reviewer.requests.getFirst()))
          .contains("It is 1,234.")
          .contains("It is 1234\n");
    }
  }

  @Test
  void a_record_without_the_reference_to_compare_with_fails_rather_than_drops() {
    Bench bench = Bench.with(ScriptedTeacher.saying());
    ChatRecord result =
        bench.chat("chat_reasoning_consistency_filter", Map.of("reference_field", "answer"), SUM);
    assertThat(result.failure()).isPresent();
    assertThatThrownBy(() -> Bench.operator("chat_reasoning_consistency_filter", Map.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("either second_teacher or reference_field");
  }
}
