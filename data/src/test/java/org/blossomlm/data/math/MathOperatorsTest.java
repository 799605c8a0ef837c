package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MathOperatorsTest {
  @Test
  void aCorrectSolutionStaysWithItsVerdict() throws InterruptedException {
    DataRecord kept = kept(run("math_verify_filter", Map.of(), chat("\\boxed{0.5}", "1/2")));
    assertThat(kept.head().metadata())
        .containsEntry("math_verdict", "correct")
        .containsEntry("math_answer", "0.5");
  }

  @Test
  void wrongAndSilentSolutionsAreDroppedForDifferentReasons() throws InterruptedException {
    assertThat(run("math_verify_filter", Map.of(), chat("\\boxed{2}", "1/2")))
        .isEqualTo(Outcome.drop("the answer differs from the reference"));
    assertThat(run("math_verify_filter", Map.of(), chat("I do not know", "1/2")))
        .isEqualTo(Outcome.drop("the solution states no answer"));
  }

  @ParameterizedTest(name = "{0} against {1}: {2}")
  @DisplayName("what a comparison of last numbers gets wrong is right")
  @CsvSource(
      delimiter = '|',
      value = {
        "the answer is 1,234. | 1234 | true",
        "the answer is 1/2.   | 0.5  | true",
        "the answer is 50%.   | 1/2  | true",
        "the answer is 10-3.  | 7    | true",
        "the answer is 10-3.  | -3   | false",
        "the answer is 5, see page 12. | 12 | false"
      })
  void lastNumbersAreNoAnswers(String solution, String reference, boolean stays)
      throws InterruptedException {
    Outcome outcome = run("math_verify_filter", Map.of(), chat(solution, reference));
    assertThat(outcome instanceof Outcome.Keep).isEqualTo(stays);
  }

  @Test
  void theWrongOnesCanBeKeptInsteadWithoutTheSilentOnes() throws InterruptedException {
    Map<String, Object> wrong = Map.of("keep", "wrong");
    assertThat(kept(run("math_verify_filter", wrong, chat("\\boxed{2}", "1"))).head().metadata())
        .containsEntry("math_verdict", "wrong");
    assertThat(run("math_verify_filter", wrong, chat("\\boxed{1}", "1")))
        .isEqualTo(Outcome.drop("the answer agrees with the reference"));
    assertThat(run("math_verify_filter", wrong, chat("?", "1"))).isInstanceOf(Outcome.Drop.class);
    assertThat(
            kept(run("math_verify_filter", Map.of("keep", "all"), chat("?", "1")))
                .head()
                .metadata())
        .containsEntry("math_verdict", "no_answer")
        .containsEntry("math_answer", null);
  }

  @Test
  void aRecordWithoutAReferenceFailsUnlessTheRecipeSaysOtherwise() throws InterruptedException {
    ChatRecord bare = chat("\\boxed{2}", " ");
    assertThat(kept(run("math_verify_filter", Map.of(), bare)).failure())
        .contains("the record has no reference answer in reference: set reference");
    assertThat(run("math_verify_filter", Map.of("missing_reference", "drop"), bare))
        .isEqualTo(Outcome.drop("the record has no reference answer"));
    assertThat(kept(run("math_verify_filter", Map.of("missing_reference", "keep"), bare)).failure())
        .isEmpty();
  }

  @Test
  void rowsAndTextsAreCheckedToo() throws InterruptedException {
    RowRecord row =
        new RowRecord(RecordHead.of("r"), Map.of("a", "3 + 4\n#### 7", "ref", "#### 7"));
    Map<String, Object> fields = Map.of("policy", "gsm8k", "solution", "a", "reference", "ref");
    assertThat(run("math_verify_filter", fields, row)).isInstanceOf(Outcome.Keep.class);
    TextRecord text =
        new TextRecord(RecordHead.of("t").withMetadata("reference", "7"), "The answer is 7.");
    assertThat(run("math_verify_filter", Map.of(), text)).isInstanceOf(Outcome.Keep.class);
    assertThatThrownBy(() -> run("math_verify_filter", Map.of("solution", "b"), row))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the row has no field b");
    assertThatThrownBy(() ->
            run("math_verify_filter", Map.of(), new ChatRecord(RecordHead.of("c"), List.of())))
        .hasMessageContaining("no assistant message");
    assertThatThrownBy(() ->
            run(
                "math_verify_filter",
                Map.of(),
                new PreferenceRecord(RecordHead.of("p"), List.of(), List.of(), List.of())))
        .hasMessageContaining("two solutions");
  }

  @Test
  void theAnswerIsWrittenIntoTheMetadata() throws InterruptedException {
    Map<String, Object> field = Map.of("field", "final", "policy", "cmath");
    assertThat(kept(run("math_answer_extract", field, chat("答案是5个。", ""))).head().metadata())
        .containsEntry("final", "5个");
    assertThat(kept(run("math_answer_extract", field, chat("不知道", ""))).head().metadata())
        .containsEntry("final", null);
    assertThat(run("math_answer_extract", Map.of("missing", "drop"), chat("?", "")))
        .isEqualTo(Outcome.drop("the solution states no answer"));
  }

  @Test
  void aChoiceIsALetterOrTheValueOfExactlyOneOption() throws InterruptedException {
    Map<String, Object> options = Map.of("options", "options");
    assertThat(run("choice_verify", options, choice("故选 B。", "B")))
        .isInstanceOf(Outcome.Keep.class);
    assertThat(
            kept(run("choice_verify", options, choice("The answer is 0.5.", "B")))
                .head()
                .metadata())
        .containsEntry("math_answer", "B");
    assertThat(run("choice_verify", options, choice("The answer is 7.", "B")))
        .isEqualTo(Outcome.drop("the solution states no answer"));
    assertThat(run("choice_verify", options, choice("The answer is C.", "B")))
        .isEqualTo(Outcome.drop("the answer differs from the reference"));
    assertThat(run("choice_verify", options, choice("So we choose B.", "$\\frac{1}{2}$")))
        .isInstanceOf(Outcome.Keep.class);
    assertThatThrownBy(() -> run("choice_verify", options, chat("B", "B")))
        .hasMessageContaining("the record has no options");
  }

  @Test
  void optionsAreReadInTheShapesOfTheirSources() {
    assertThat(options(List.of("1", 2, Map.of("content", "3"), List.of(Map.of("text", "4")))))
        .containsExactly("1", "2", "3", "4");
    Map<String, Object> letters = new LinkedHashMap<>();
    letters.put("A", "yes");
    letters.put("B", "no");
    assertThat(options(letters)).containsExactly("yes", "no");
    assertThatThrownBy(() -> options("A or B")).hasMessageContaining("should be a list");
    assertThatThrownBy(() -> options(List.of(true))).hasMessageContaining("should be a text");
  }

  @Test
  void everyParameterHasAWorkingDefault() {
    for (OperatorSpec spec : MathOperators.all()) {
      assertThat(spec.factory().apply(arguments(spec, Map.of()))).as(spec.name()).isNotNull();
    }
    assertThat(MathOperators.all())
        .extracting(OperatorSpec::name)
        .containsExactly("math_verify_filter", "math_answer_extract", "choice_verify");
  }

  private static List<String> options(Object value) {
    return MathFields.options(
        new RowRecord(RecordHead.of("r"), Map.of("options", value)), "options");
  }

  private static ChatRecord chat(String solution, String reference) {
    return new ChatRecord(
        RecordHead.of("c").withMetadata("reference", reference),
        List.of(ChatMessage.user("?"), ChatMessage.assistant(solution)));
  }

  private static DataRecord choice(String solution, String reference) {
    return chat(solution, reference)
        .withMetadata("options", List.of("$1$", "$\\frac{1}{2}$", "2", "4"));
  }

  private static Outcome run(String name, Map<String, Object> values, DataRecord record)
      throws InterruptedException {
    OperatorSpec spec =
        MathOperators.all().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    return ((RecordOperator) spec.factory().apply(arguments(spec, values)))
        .apply(record, new NoContext());
  }

  private static Arguments arguments(OperatorSpec spec, Map<String, Object> values) {
    Map<String, Object> all = new HashMap<>();
    spec.parameters()
        .forEach(parameter ->
            parameter.defaultValue().ifPresent(value -> all.put(parameter.name(), value)));
    all.putAll(values);
    return new Arguments(all, Path.of(""));
  }

  private static DataRecord kept(Outcome outcome) {
    return ((Outcome.Keep) outcome).records().getFirst();
  }

  /** These operators need nothing of a run. */
  private static final class NoContext implements OperatorContext {
    @Override
    public String step() {
      return "math";
    }

    @Override
    public RandomGenerator random(DataRecord record) {
      throw new AssertionError("no randomness");
    }

    @Override
    public RandomGenerator random() {
      throw new AssertionError("no randomness");
    }

    @Override
    public Teacher teacher(String name) {
      throw new AssertionError("no teacher");
    }

    @Override
    public void count(String what, long amount) {}
  }
}
