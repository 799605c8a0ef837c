package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.generate.Bench.record;
import static org.blossomlm.data.generate.Bench.turns;
import static org.blossomlm.data.generate.ScriptedTeacher.answer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewInstructionsTest {
  private static final ChatRecord CHAT =
      record("system: be kind", "user: Name three fruits.", "assistant: Apple, pear, plum.");
  private static final String DIFFERENT = "{\"analysis\": \"\", \"same\": false}";

  @Test
  void an_evolved_instruction_takes_the_place_of_the_old_one_and_its_answer() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>Name three fruits that float in water.</result>", DIFFERENT);
    ChatRecord result =
        Bench.with(teacher)
            .chat("instruction_evolver", Map.of("operations", List.of("constraints")), CHAT);
    assertThat(turns(result))
        .containsExactly("system: be kind", "user: Name three fruits that float in water.");
    assertThat(result.head().metadata())
        .containsEntry("evolution", List.of("constraints"))
        .containsEntry("evolved_from", "Name three fruits.");
  }

  @Test
  void each_round_goes_on_from_the_one_before_and_all_may_be_kept() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>Name three fruits that float.</result>",
            DIFFERENT,
            "<result>Name three fruits that float, and say why.</result>",
            DIFFERENT);
    List<DataRecord> records =
        Bench.with(teacher).all("instruction_evolver", Map.of("rounds", 2L, "keep", "all"), CHAT);
    assertThat(records)
        .extracting(DataRecord::id)
        .containsExactly("r1", "r1-evolved-1", "r1-evolved-2");
    assertThat(records.getFirst()).isEqualTo(CHAT);
    assertThat(ScriptedTeacher.question(teacher.requests.get(2)))
        .contains("Name three fruits that float.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "I am sorry, I cannot do that.|a refusal",
        "抱歉，我无法回答这个问题。|a refusal",
        "?!... --|only punctuation and stop words",
        "is it of the?|only punctuation and stop words",
        "Here is the rewritten prompt: name six fruits|words of the prompt copied",
        "改写后的指令：说出六种水果的名字|words of the prompt copied",
        "Name fruits|too short",
      })
  void elimination_rules(String evolved, String fault) {
    assertThat(EvolutionRules.faultOfInstruction("Name three fruits.", evolved)).contains(fault);
  }

  @Test
  void what_the_original_says_itself_is_no_fault() {
    assertThat(
            EvolutionRules.faultOfInstruction(
                "Write an email that says sorry.", "Write a short email that says sorry to Ann."))
        .isEmpty();
    assertThat(EvolutionRules.faultOfInstruction("说出三种水果", "说出三种夏天的水果")).isEmpty();
  }

  @Test
  void an_eliminated_evolution_leaves_the_instruction_as_it_was() {
    String same = "{\"analysis\": \"\", \"same\": true}";
    Bench bench =
        Bench.with(
            new ScriptedTeacher(
                "t",
                request ->
                    answer(
                        request.schema().isPresent()
                            ? same
                            : "<result>Name three of the fruits.</result>")));
    ChatRecord result = bench.chat("instruction_evolver", Map.of(), CHAT);
    assertThat(result.messages()).isEqualTo(CHAT.messages());
    assertThat(bench.counts).containsEntry("eliminated: nothing new", 1L);
    assertThat(bench.apply("instruction_evolver", Map.of("eliminated", "drop"), CHAT))
        .isEqualTo(new Outcome.Drop("every evolution was eliminated"));
  }

  @Test
  void the_answer_eliminates_too() {
    for (boolean refuses : List.of(true, false)) {
      ScriptedTeacher teacher =
          ScriptedTeacher.saying("<result>Name three fruits that float.</result>", DIFFERENT);
      ScriptedTeacher answerer =
          ScriptedTeacher.saying(refuses ? "Sorry, no." : "Apple, pear, melon.");
      ChatRecord result =
          new Bench(Map.of("t", teacher, "a", answerer))
              .chat("instruction_evolver", Map.of("answer_teacher", "a"), CHAT);
      assertThat(result.last(Role.ASSISTANT).orElseThrow().content())
          .isEqualTo(refuses ? "Apple, pear, plum." : "Apple, pear, melon.");
    }
  }

  @Test
  void operations_are_checked() {
    assertThatThrownBy(
            () -> Bench.operator("instruction_evolver", Map.of("operations", List.of("widen"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("[constraints, deepen, concretize, reasoning, breadth]");
  }

  @Test
  void a_simulated_user_asks_and_the_teacher_answers() {
    ScriptedTeacher user =
        ScriptedTeacher.saying(
            "<result>END</result>", // too early
            "<result>Name three fruits!</result>", // said before
            "<result>那么蔬菜呢？请说出三种蔬菜。</result>", // another language
            "<result>And three vegetables?</result>");
    ScriptedTeacher teacher = ScriptedTeacher.saying("Leek, kale, beet.");
    Bench bench = new Bench(Map.of("t", teacher, "u", user));
    ChatRecord result =
        bench.chat(
            "chat_multi_turn_synthesizer",
            Map.of("simulator", "u", "max_rounds", 2L, "retries", 3L),
            CHAT);
    assertThat(turns(result))
        .containsExactly(
            "system: be kind",
            "user: Name three fruits.",
            "assistant: Apple, pear, plum.",
            "user: And three vegetables?",
            "assistant: Leek, kale, beet.");
    // The user does not know the system message; the teacher does.
    assertThat(ScriptedTeacher.question(user.requests.getFirst())).doesNotContain("be kind");
    assertThat(teacher.requests.getFirst().messages()).hasSize(4);
    assertThat(ScriptedTeacher.question(user.requests.get(1))).contains("too early");
    assertThat(ScriptedTeacher.question(user.requests.get(2))).contains("said this before");
    assertThat(ScriptedTeacher.question(user.requests.get(3))).contains("must be in English");
  }

  @Test
  void the_user_may_leave_and_an_open_question_is_answered_first() {
    ScriptedTeacher user = ScriptedTeacher.saying("<result>END</result>");
    ScriptedTeacher teacher = ScriptedTeacher.saying("Apple, pear, plum.");
    ChatRecord result =
        new Bench(Map.of("t", teacher, "u", user))
            .chat(
                "chat_multi_turn_synthesizer",
                Map.of("simulator", "u", "min_rounds", 1L, "max_rounds", 2L),
                record("user: Name three fruits."));
    assertThat(turns(result))
        .containsExactly("user: Name three fruits.", "assistant: Apple, pear, plum.");
  }

  @Test
  void a_simulator_without_a_usable_question_fails_the_record() {
    Bench bench =
        new Bench(
            Map.of(
                "t", ScriptedTeacher.saying(), "u", new ScriptedTeacher("u", r -> answer("hm"))));
    ChatRecord result = bench.chat("chat_multi_turn_synthesizer", Map.of("simulator", "u"), CHAT);
    assertThat(result.failure())
        .hasValueSatisfying(f -> assertThat(f).contains("there is no <result>"));
    assertThat(result.messages()).isEqualTo(CHAT.messages());
  }

  @Test
  void an_answer_that_was_cut_off_ends_the_conversation() {
    ScriptedTeacher teacher =
        new ScriptedTeacher("t", request -> answer("Apple and", FinishReason.LENGTH));
    ChatRecord result =
        Bench.with(teacher)
            .chat("chat_multi_turn_synthesizer", Map.of(), record("user: Name three fruits."));
    assertThat(result.messages()).hasSize(2);
    assertThat(result.head().metadata()).containsEntry("response_truncated", true);
  }

  @Test
  void rounds_beyond_the_first_ones_are_left_out() {
    ChatRecord result =
        Bench.with(ScriptedTeacher.saying())
            .chat(
                "chat_multi_turn_synthesizer",
                Map.of("min_rounds", 1L, "max_rounds", 1L),
                record("user: a", "assistant: b", "user: c", "assistant: d"));
    assertThat(turns(result)).containsExactly("user: a", "assistant: b");
  }

  @Test
  void each_record_draws_somebody_from_the_list(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("personas.txt");
    Files.writeString(file, "# people\n\nA baker from Lyon\nA pilot\n");
    ScriptedTeacher user = ScriptedTeacher.saying("<result>And three vegetables?</result>");
    ChatRecord result =
        new Bench(Map.of("t", ScriptedTeacher.saying("Leek."), "u", user))
            .chat(
                "chat_multi_turn_synthesizer",
                Map.of("simulator", "u", "max_rounds", 2L, "personas", file.toString()),
                CHAT);
    String persona = (String) result.head().metadata().get("persona");
    assertThat(persona).isIn("A baker from Lyon", "A pilot");
    assertThat(ScriptedTeacher.question(user.requests.getFirst())).contains(persona);
    Files.writeString(file, "# nobody\n");
    assertThatThrownBy(() -> Personas.read(file)).hasMessageContaining("has no personas");
    assertThatThrownBy(() -> Personas.read(folder.resolve("none")))
        .hasMessageContaining("cannot read personas");
  }

  @Test
  void a_described_person_begins_chats() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>How long must dough rest?</result>",
            "<result>How long must dough rest?</result><result>Why does bread go stale?</result>");
    List<DataRecord> chats =
        Bench.with(teacher)
            .all(
                "persona_instructor",
                Map.of("count", 2L),
                new TextRecord(RecordHead.of("p"), "A baker"));
    assertThat(chats).extracting(DataRecord::id).containsExactly("p-1", "p-2");
    assertThat(turns(chats.get(1))).containsExactly("user: Why does bread go stale?");
    assertThat(chats.get(1).head().metadata()).containsEntry("persona", "A baker");
    DataRecord nobody =
        Bench.with(ScriptedTeacher.saying())
            .one("persona_instructor", Map.of(), new RowRecord(RecordHead.of("p"), Map.of("x", 1)));
    assertThat(nobody.failure()).contains("the row has no persona; found are [x]");
  }

  @Test
  void tags_are_metadata() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "{\"intent\": \"fruits\", \"category\": \"Information\", \"topics\": [\"food\"],"
                + " \"difficulty\": 1, \"request_quality\": 5}");
    ChatRecord result = Bench.with(teacher).chat("chat_tagger", Map.of(), CHAT);
    assertThat(result.head().metadata())
        .containsEntry("category", "information")
        .containsEntry("difficulty", 1L)
        .containsEntry("topics", List.of("food"));
  }

  @Test
  void vectors_are_metadata() {
    Bench bench = Bench.with(ScriptedTeacher.saying());
    assertThat(bench.chat("chat_embedder", Map.of("strategy", "full"), CHAT).head().metadata())
        .containsEntry(
            "embeddings", List.of(List.of(7.0, 0.1), List.of(18.0, 0.1), List.of(18.0, 0.1)));
    DataRecord merged =
        bench.chat(
            "chat_embedder",
            Map.of("strategy", "full", "merge", true, "roles", List.of("user", "assistant")),
            CHAT);
    assertThat(merged.head().metadata()).containsEntry("embeddings", List.of(List.of(38.0, 0.1)));
    assertThat(bench.one("chat_embedder", Map.of(), merged)).isSameAs(merged);
    TextRecord text = new TextRecord(RecordHead.of("x"), "four");
    assertThat(bench.one("text_embedder", Map.of(), text).head().metadata())
        .containsEntry("embedding", List.of(4.0, 0.1));
    assertThat(bench.one("text_embedder", Map.of(), text.withText(" ")).failure()).isPresent();
  }

  @Test
  void vectors_come_from_a_teacher_or_from_a_model_of_this_machine() {
    assertThatThrownBy(
            () -> Bench.operator("text_embedder", Map.of("teacher", "t", "model", "bge-small")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("either teacher, or model");
    assertThatThrownBy(() -> Bench.operator("text_embedder", Map.of("model", "bge-small")))
        .as("its library lies in another module")
        .isInstanceOf(DataException.class)
        .hasMessageContaining("./blossom data fetch embeddings")
        .hasMessageContaining("尚未安装");
  }
}
