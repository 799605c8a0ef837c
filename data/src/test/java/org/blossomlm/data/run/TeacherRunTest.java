package org.blossomlm.data.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.teacher.Budget;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.FakeTeacherServer;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.blossomlm.data.teacher.TeacherPause;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A run with a teacher")
class TeacherRunTest {
  private static final int RECORDS = 60;

  private static final String RECIPE =
      """
      name: asking
      parameters: {base: "http://localhost", patience: 1, retries: 100}
      teachers:
        writer:
          model: some-model
          base_url: "${base}"
          price: {prompt: 100, completion: 100}
          parameters: {max_tokens: 20}
          patience: "${patience}"
          retries: "${retries}"
          first_delay: 0.01
          most_delay: 0.05
          failures_until_open: 3
          open_delay: 0.05
      sources: {numbers: {file: numbers.jsonl}}
      branches:
        b:
          from: numbers
          steps:
            - answer: {teacher: writer}
      sinks: [{file: out.jsonl, from: b, lineage: true}]
      """;

  @TempDir Path folder;
  private final FakeTeacherServer server =
      FakeTeacherServer.start().answer(call -> Reply.text("an answer to " + call.lastText()));

  @BeforeEach
  void records() throws IOException {
    RunFixture.writeRecords(folder.resolve("numbers.jsonl"), SmallOperators.records(RECORDS));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static OperatorCatalog catalog() {
    return OperatorCatalog.of(
        new OperatorSpec(
            "answer_together",
            "As answer, in one go.",
            List.of(Parameter.required("teacher", Parameter.Kind.TEACHER, "who is asked")),
            arguments -> {
              String name = arguments.text("teacher");
              return (SetOperator)
                  (input, output, context) -> {
                    List<DataRecord> records = new ArrayList<>();
                    input.forEach(records::add);
                    for (DataRecord record : records) {
                      String question = record.id() + " " + SmallOperators.text(record).text();
                      var request = CompletionRequest.of(List.of(ChatMessage.user(question)));
                      String answer = context.teacher(name).complete(request).text();
                      output.keep(SmallOperators.text(record).withText(answer));
                    }
                  };
            }),
        new OperatorSpec(
            "answer",
            "The teacher's answer in place of the text.",
            List.of(Parameter.required("teacher", Parameter.Kind.TEACHER, "who is asked")),
            arguments -> {
              String teacher = arguments.text("teacher");
              return (RecordOperator)
                  (record, context) -> {
                    String question = record.id() + " " + SmallOperators.text(record).text();
                    var request = CompletionRequest.of(List.of(ChatMessage.user(question)));
                    String answer = context.teacher(teacher).complete(request).text();
                    return Outcome.keep(SmallOperators.text(record).withText(answer));
                  };
            }));
  }

  private static Recipe recipe(Path folder, String base) {
    return recipe(folder, base, Map.of());
  }

  private static Recipe recipe(Path folder, String base, Map<String, String> more) {
    Map<String, String> parameters = new HashMap<>(more);
    parameters.put("base", base);
    return RecipeFile.parse(RECIPE, "asking.yaml", folder, parameters, catalog());
  }

  private Recipe recipe() {
    return recipe(folder, server.base().toString());
  }

  private RunOptions options(String name) {
    return RunOptions.in(folder.resolve(name)).withWorkers(4);
  }

  private static RunOptions resumed(RunOptions options) {
    return options.with(RunOptions.Begin.RESUME).withCheckpointEvery(Duration.ofMillis(10));
  }

  private String undisturbed() throws Exception {
    DataRun.run(recipe(), options("undisturbed"), RunListener.NONE);
    return Files.readString(folder.resolve("undisturbed/out.jsonl"));
  }

  @Test
  void counts_calls_and_cost_and_notes_calls_in_the_lineage() throws Exception {
    RunResult result = DataRun.run(recipe(), options("run"), RunListener.NONE);
    assertThat(result.steps().getFirst().calls()).isEqualTo(RECORDS);
    assertThat(result.steps().getFirst().cost()).isPositive().isEqualTo(result.spent());
    assertThat(Files.readString(folder.resolve("run/out.jsonl")).lines())
        .hasSize(RECORDS)
        .allMatch(line -> line.matches(".*\"operator\":\"b.answer\",\"calls\":\\[\"[^\"]+\"\\].*"));
  }

  @Test
  void stops_at_the_budget_and_pays_nothing_twice_when_it_is_raised() throws Exception {
    RunResult whole = DataRun.run(recipe(), options("undisturbed"), RunListener.NONE);
    String expected = Files.readString(folder.resolve("undisturbed/out.jsonl"));
    int before = server.calls().size();
    Budget half = Budget.of(whole.spent().divide(BigDecimal.TWO));
    assertThatThrownBy(() ->
            DataRun.run(
                recipe(),
                options("run").with(RecipeTeachers.opener(half, Optional.empty())),
                RunListener.NONE))
        .isInstanceOfSatisfying(
            RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.TEACHER))
        .hasMessageContaining("the budget of ")
        .hasMessageContaining("--resume");
    RunResult result = DataRun.run(recipe(), resumed(options("run")), RunListener.NONE);
    assertThat(Files.readString(folder.resolve("run/out.jsonl"))).isEqualTo(expected);
    assertThat(server.calls().size() - before).isEqualTo(RECORDS);
    assertThat(result.spent()).isEqualByComparingTo(whole.spent());
  }

  @Test
  void a_teacher_that_is_down_ends_the_run_and_fails_no_record() throws Exception {
    String expected = undisturbed();
    int port = server.port();
    server.close();
    assertThatThrownBy(() -> DataRun.run(recipe(), options("run"), RunListener.NONE))
        .isInstanceOfSatisfying(
            RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.TEACHER));
    try (FakeTeacherServer again =
        FakeTeacherServer.start(port)
            .answer(call -> Reply.text("an answer to " + call.lastText()))) {
      DataRun.run(recipe(), resumed(options("run")), RunListener.NONE);
      assertThat(again.calls()).hasSize(RECORDS);
    }
    assertThat(Files.readString(folder.resolve("run/out.jsonl"))).isEqualTo(expected);
    assertThat(folder.resolve("run/failed.jsonl")).doesNotExist();
  }

  private RunResult resume(String name) throws InterruptedException {
    return DataRun.run(recipe(), resumed(options(name)), RunListener.NONE);
  }

  /** Alone, so that no call beside it tells that the service is there. */
  @Test
  void an_outage_pauses_the_run_however_few_calls_are_under_way() throws Exception {
    String expected = undisturbed();
    AtomicInteger calls = new AtomicInteger();
    server.answer(call ->
        calls.incrementAndGet() % 30 < 6
            ? Reply.status(503, "down for a while")
            : Reply.text("an answer to " + call.lastText()));
    RunResult result =
        DataRun.run(
            recipe(folder, server.base().toString(), Map.of("retries", "1", "patience", "60")),
            options("run").withWorkers(1),
            RunListener.NONE);
    assertThat(result.failed()).isZero();
    assertThat(Files.readString(folder.resolve("run/out.jsonl"))).isEqualTo(expected);
  }

  @Test
  void progress_and_log_say_for_whom_the_run_waits() throws Exception {
    AtomicBoolean up = new AtomicBoolean();
    server.answer(call ->
        up.get() ? Reply.text("an answer to " + call.lastText()) : Reply.status(502, "restarting"));
    List<TeacherPause> pauses = new CopyOnWriteArrayList<>();
    DataRun.run(
        recipe(folder, server.base().toString(), Map.of("patience", "60")),
        options("run"),
        new RunListener() {
          @Override
          public void progress(RunStatus status) {
            status
                .pause()
                .ifPresent(pause -> {
                  pauses.add(pause);
                  up.set(true);
                });
          }
        });
    assertThat(pauses).isNotEmpty();
    assertThat(pauses.getFirst().teacher()).isEqualTo("writer");
    assertThat(pauses.getFirst().said()).contains("HTTP 502: restarting");
    assertThat(Files.readString(folder.resolve("run/run.log")))
        .contains("paused: teacher writer answers nobody, waiting for at most 60 s")
        .contains("all teachers answer again");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503})
  void records_that_the_teacher_did_not_get_to_are_asked_about_again(int status) throws Exception {
    String expected = undisturbed();
    server.answer(call ->
        call.lastText().startsWith("r7 ") || call.lastText().startsWith("r40 ")
            ? Reply.status(status, "not now").with("Retry-After", "0")
            : Reply.text("an answer to " + call.lastText()).after(5));
    RunResult first =
        DataRun.run(
            recipe(folder, server.base().toString(), Map.of("retries", "0")),
            options("run").withWorkers(8),
            RunListener.NONE);
    assertThat(first.complete()).isTrue();
    assertThat(first.failed()).isBetween(1L, 2L);
    assertThat(first.unserved()).isEqualTo(first.failed());
    assertThat(Files.readString(folder.resolve("run/metrics.json"))).contains("\"unserved\"");
    server.answer(call -> Reply.text("an answer to " + call.lastText()));
    int before = server.calls().size();
    RunResult second =
        DataRun.run(
            recipe(folder, server.base().toString(), Map.of("retries", "0")),
            resumed(options("run")),
            RunListener.NONE);
    assertThat(second.failed()).isZero();
    assertThat(second.unserved()).isZero();
    assertThat(Files.readString(folder.resolve("run/out.jsonl"))).isEqualTo(expected);
    assertThat(folder.resolve("run/failed.jsonl")).doesNotExist();
    assertThat(folder.resolve("run/stages")).isEmptyDirectory();
    assertThat(server.calls().size() - before).as("others come from the cache").isBetween(1, 2);
    assertThat(second.spent()).isGreaterThan(first.spent());
  }

  @Test
  void records_that_were_refused_are_not_asked_about_again() throws Exception {
    server.answer(call ->
        call.lastText().startsWith("r7 ")
            ? Reply.status(400, "this text is not allowed")
            : Reply.text("an answer to " + call.lastText()));
    assertThat(DataRun.run(recipe(), options("run"), RunListener.NONE).unserved()).isZero();
    int before = server.calls().size();
    assertThat(resume("run").failed()).isEqualTo(1);
    assertThat(server.calls()).hasSize(before);
  }

  /** It begins again, but what it asked before is in the cache. */
  @Test
  void an_operator_on_all_records_that_was_stopped_pays_for_nothing_twice() throws Exception {
    String together = RECIPE.replace("- answer:", "- answer_together:");
    Recipe recipe =
        RecipeFile.parse(
            together, "together.yaml", folder, Map.of("base", server.base().toString()), catalog());
    DataRun.run(recipe, options("undisturbed"), RunListener.NONE);
    server.answer(call ->
        call.lastText().startsWith("r40 ")
            ? Reply.status(503, "down")
            : Reply.text("an answer to " + call.lastText()));
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> DataRun.run(recipe, resumed(options("run")), RunListener.NONE))
          .isInstanceOfSatisfying(
              RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.TEACHER));
    }
    server.answer(call -> Reply.text("an answer to " + call.lastText()));
    DataRun.run(recipe, resumed(options("run")), RunListener.NONE);
    assertThat(Files.readString(folder.resolve("run/out.jsonl")))
        .isEqualTo(Files.readString(folder.resolve("undisturbed/out.jsonl")));
    Map<String, Long> answered =
        server.calls().stream()
            .skip(RECORDS)
            .filter(call -> !call.lastText().startsWith("r40 "))
            .collect(
                Collectors.groupingBy(FakeTeacherServer.Call::lastText, Collectors.counting()));
    assertThat(answered)
        .hasSize(RECORDS - 1)
        .allSatisfy((text, calls) -> assertThat(calls).isOne());
  }

  @Test
  void a_refused_record_keeps_what_the_service_said() throws Exception {
    server.answer(call ->
        call.lastText().startsWith("r7 ")
            ? Reply.status(400, "this text is not allowed")
            : Reply.text("fine"));
    RunResult result = DataRun.run(recipe(), options("run"), RunListener.NONE);
    assertThat(result.failed()).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("run/failed.jsonl")))
        .contains("\"step\":\"b.answer\"")
        .contains("400")
        .contains("this text is not allowed");
  }

  /** The program that is killed: folder of the recipe, that of the run, address of the teacher. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) throws InterruptedException {
      DataRun.run(
          recipe(Path.of(arguments[0]), arguments[2]),
          resumed(RunOptions.in(Path.of(arguments[1])).withWorkers(4)),
          RunListener.NONE);
    }
  }

  @Test
  void after_kill_9_asks_again_only_what_was_under_way() throws Exception {
    String expected = undisturbed();
    server.answer(call -> {
      try {
        Thread.sleep(30);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Reply.text("an answer to " + call.lastText());
    });
    int before = server.calls().size();
    Path run = folder.resolve("run");
    int kills = 0;
    for (int i = 0; i < 4; i++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Killed.class.getName(),
                  folder.toString(),
                  run.toString(),
                  server.base().toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("killed.log").toFile())
              .start();
      int asked = server.calls().size();
      // Killed while it asks, however long the machine takes to get there.
      while (process.isAlive() && server.calls().size() < asked + 9) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      if (process.isAlive()) {
        process.destroyForcibly().waitFor();
        kills++;
      }
    }
    assertThat(kills).isPositive();
    DataRun.run(recipe(), resumed(options("run")), RunListener.NONE);
    assertThat(Files.readString(run.resolve("out.jsonl"))).isEqualTo(expected);
    assertThat(server.calls().size() - before).isBetween(RECORDS, RECORDS + 4 * kills);
  }

  @Test
  void a_dry_run_asks_nobody_and_estimates_the_cost() throws Exception {
    DryRun.Plan plan =
        DryRun.of(
            recipe(),
            folder.resolve("dry"),
            RecipeTeachers.opener(Budget.unlimited(), Optional.empty()));
    assertThat(server.calls()).isEmpty();
    assertThat(plan.sources()).containsExactlyEntriesOf(Map.of("numbers", (long) RECORDS));
    assertThat(plan.asked()).hasSize(1);
    assertThat(plan.asked().getFirst().step()).isEqualTo("b.answer");
    assertThat(plan.asked().getFirst().estimate().calls()).isEqualTo(RECORDS);
    assertThat(plan.asked().getFirst().estimate().cost().orElseThrow()).isPositive();
    assertThat(folder.resolve("dry")).as("a dry run makes nothing").doesNotExist();
  }

  @Test
  void a_dry_run_beside_a_run_knows_its_answers_and_leaves_its_folder_as_it_is() throws Exception {
    DataRun.run(recipe(), options("run"), RunListener.NONE);
    List<String> before = filesOf("run");
    DryRun.Plan plan =
        DryRun.of(
            recipe(),
            folder.resolve("run"),
            RecipeTeachers.opener(Budget.unlimited(), Optional.empty()));
    assertThat(plan.asked().getFirst().estimate().cached()).isEqualTo(RECORDS);
    assertThat(filesOf("run")).isEqualTo(before);
  }

  private List<String> filesOf(String run) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(run))) {
      return files.map(file -> file + " " + file.toFile().lastModified()).sorted().toList();
    }
  }
}
