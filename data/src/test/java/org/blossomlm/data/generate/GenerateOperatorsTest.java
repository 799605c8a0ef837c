package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GenerateOperatorsTest {
  static Stream<OperatorSpec> specs() {
    return GenerateOperators.all().stream();
  }

  @Test
  void names_are_unique() {
    assertThat(specs().map(OperatorSpec::name)).doesNotHaveDuplicates().hasSize(19);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void every_parameter_is_documented_and_read(OperatorSpec spec) {
    assertThat(spec.name()).matches("[a-z]+(_[a-z]+)*");
    assertThat(spec.summary()).isNotBlank().doesNotEndWith(".");
    assertThat(spec.parameters()).extracting(Parameter::name).doesNotHaveDuplicates();
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : spec.parameters()) {
      assertThat(parameter.name()).matches("[a-z]+(_[a-z]+)*");
      assertThat(parameter.summary()).isNotBlank().doesNotEndWith(".");
      if (parameter.kind() == Parameter.Kind.CHOICE && !parameter.optional()) {
        assertThat(parameter.allowed()).contains((String) parameter.defaultValue().orElseThrow());
      }
      parameter.defaultValue().ifPresent(value -> values.put(parameter.name(), value));
      if (!parameter.optional() && parameter.defaultValue().isEmpty()) {
        values.put(parameter.name(), parameter.kind() == Parameter.Kind.INTEGER ? 1L : "t");
      }
    }
    if (spec.name().equals("chat_reasoning_consistency_filter")) {
      values.put("reference_field", "answer");
    }
    if (spec.name().endsWith("_embedder")) {
      values.put("teacher", "t"); // or a model, one of the two
    }
    // The factory asks for nothing beyond the parameters: it would fail.
    assertThat(spec.factory().apply(new Arguments(values, Path.of("")))).isNotNull();
  }

  /** A teacher whose answer is a function of the request, as a cache makes it. */
  private static ScriptedTeacher pure() {
    return new ScriptedTeacher("t", GenerateOperatorsTest::answer);
  }

  private static Completion answer(CompletionRequest request) {
    Random random = new Random(31L * request.messages().hashCode() + request.attempt());
    if (random.nextInt(6) == 0) {
      return ScriptedTeacher.answer("garbage {");
    }
    boolean flag = random.nextBoolean();
    return ScriptedTeacher.answer(
        request.schema().isPresent()
            ? ("{\"analysis\": \"\", \"keep\": %b, \"same\": %b, \"consistent\": %b, \"best\": %d,"
                    + " \"better\": \"%s\"}")
                .formatted(flag, flag, flag, 1 + random.nextInt(2), flag ? "A" : "B")
            : "<result>Tell me more about number %d, please</result>".formatted(random.nextInt(9)));
  }

  private static final Map<String, Map<String, Object>> STEPS =
      new TreeMap<>(
          Map.of(
              "chat_distiller", Map.of("candidates", 2L, "strategy", "multi_turn"),
              "chat_verify_distiller", Map.of(),
              "llm_judge_filter", Map.of("guidance", "x"),
              "chat_better_of_two", Map.of("judge", "t", "first_teacher", "t", "ties", "first"),
              "chat_multi_turn_synthesizer", Map.of("max_rounds", 4L),
              "instruction_evolver", Map.of("rounds", 3L, "keep", "all")));

  @Test
  void the_same_seed_gives_the_same_records_in_any_order_on_any_thread() throws Exception {
    long seed = System.nanoTime();
    List<ChatRecord> records = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      records.add(
          new ChatRecord(
              RecordHead.of("r" + i),
              List.of(
                  ChatMessage.user("Question number " + i + " about the sky?"),
                  ChatMessage.assistant("Answer " + i))));
    }
    for (Map.Entry<String, Map<String, Object>> step : STEPS.entrySet()) {
      RecordOperator operator = (RecordOperator) Bench.operator(step.getKey(), step.getValue());
      Bench inOrder = Bench.with(pure());
      Map<String, Outcome> expected = new TreeMap<>();
      records.forEach(record -> expected.put(record.id(), inOrder.apply(operator, record)));
      List<ChatRecord> shuffled = new ArrayList<>(records);
      Collections.shuffle(shuffled, new Random(seed));
      Bench atOnce = Bench.with(pure());
      Map<String, Outcome> found = Collections.synchronizedMap(new TreeMap<>());
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        List<Callable<Outcome>> work = new ArrayList<>();
        for (ChatRecord record : shuffled) {
          work.add(() -> found.put(record.id(), atOnce.apply(operator, record)));
        }
        for (var future : threads.invokeAll(work)) {
          future.get();
        }
      }
      assertThat(found).as("%s, seed %d", step.getKey(), seed).isEqualTo(expected);
      assertThat(atOnce.counts).isEqualTo(inOrder.counts);
    }
  }

  /** Whatever goes wrong: the record comes out whole, new or old. */
  @Test
  void a_record_that_failed_has_its_old_messages_and_no_new_metadata() {
    int failed = 0;
    for (Map.Entry<String, Map<String, Object>> step : STEPS.entrySet()) {
      for (int i = 0; i < 60; i++) {
        ChatRecord record =
            new ChatRecord(
                RecordHead.of("r" + i),
                List.of(ChatMessage.user("Question " + i + "?"), ChatMessage.assistant("x")));
        Map<String, Object> arguments = new LinkedHashMap<>(step.getValue());
        arguments.put("retries", 0L);
        if (Bench.with(pure()).apply(step.getKey(), arguments, record)
                instanceof Outcome.Keep(var records)
            && records.getFirst() instanceof ChatRecord result
            && result.failure().isPresent()) {
          failed++;
          assertThat(result.messages()).isEqualTo(record.messages());
          assertThat(result.head().metadata()).isEmpty();
          assertThat(result.head().provenance().steps()).hasSize(1);
        }
      }
    }
    assertThat(failed).isGreaterThan(20);
  }
}
