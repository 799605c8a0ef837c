package org.blossomlm.data.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunControl;
import org.blossomlm.data.run.RunEngine;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.RunStatus;
import org.blossomlm.data.run.RunStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("A run on Spark")
class SparkEngineTest {
  private static final long SEED = 20261125;
  private static final int QUESTIONS = 1500;

  private static final String RECIPE =
      """
      name: two-engines
      seed: 5
      parameters: {base: "http://localhost"}
      teachers:
        writer:
          model: some-model
          base_url: "${base}"
          price: {prompt: 100, completion: 200}
          parameters: {max_tokens: 20}
          retries: 0
          patience: 1
      sources:
        questions: {file: questions.jsonl, format: rows, metadata: {origin: test}}
        some: {file: questions.jsonl, format: rows, sample: 0.1, limit: 60}
      branches:
        chats:
          from: [questions, some]
          steps:
            - row_to_chat:
                user: "{{ question }}"
                metadata: {language: "{{ language }}"}
            - chat_length_filter: {total_max_len: 200}
        unlike:
          from: chats
          steps:
            - exact_dedup: {roles: [user]}
            - minhash_dedup: {roles: [user], keep: longest}
        answered:
          from: {unlike: 0.3}
          when: {language: [en, zh]}
          steps:
            - chat_distiller: {teacher: writer}
            - train_validation_split: {validation: 0.2}
            - sample: {fraction: 0.8}
            - shuffle
      sinks:
        - {file: train.jsonl, from: answered, when: {split: train}, format: conversations}
        - {file: all.jsonl, from: [unlike, answered], lineage: true, shard: 400}
      """;

  @TempDir Path folder;

  private final AnsweringServer teacher =
      new AnsweringServer(question ->
          question.contains("7 ")
              ? new AnsweringServer.Reply(400, "not about sevens")
              : new AnsweringServer.Reply(200, "An answer to: " + question));

  SparkEngineTest() throws IOException {}

  /** Questions of which many are copies, and others nearly so; a line is none at all. */
  @BeforeEach
  void questions() throws IOException {
    var random = new Random(SEED);
    var json = JsonMapper.builder().build();
    List<String> lines = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      String question = sentence(random, i);
      if (i > 0 && random.nextInt(4) == 0) {
        question = asked.get(random.nextInt(i));
      } else if (i > 0 && random.nextInt(3) == 0) {
        question = asked.get(random.nextInt(i)) + (i % 2 == 0 ? " please" : "吗");
      }
      asked.add(question);
      lines.add(
          json.writeValueAsString(
              Map.of("question", question, "language", i % 3 == 0 ? "zh" : "en")));
    }
    lines.add(500, "no record");
    Files.write(folder.resolve("questions.jsonl"), lines);
  }

  private static String sentence(Random random, int i) {
    StringBuilder text = new StringBuilder("Question " + i + " about");
    for (int word = 0; word < 8 + random.nextInt(30); word++) {
      text.append(' ').append((char) ('a' + random.nextInt(26))).append(random.nextInt(40));
    }
    return text.toString();
  }

  @AfterEach
  void close() {
    teacher.close();
  }

  private Recipe recipe() {
    return RecipeFile.parse(
        RECIPE, "recipe.yaml", folder, Map.of("base", teacher.base()), BuiltInOperators.catalog());
  }

  private static RunEngine.Opener spark() {
    return RunEngine.named("spark").orElseThrow().on("local[2]");
  }

  private RunResult run(RunOptions options) throws InterruptedException {
    return DataRun.run(recipe(), options, RunListener.NONE);
  }

  /** Everything that a run leaves and that must not depend on how it went. */
  private static Map<String, String> results(Path run) throws IOException {
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = run.relativize(file).toString();
        if (name.endsWith(".jsonl") || name.endsWith(".yaml") || name.equals("dataset_info.json")) {
          results.put(name, Files.readString(file));
        }
      }
    }
    return results;
  }

  private static List<String> counts(RunResult result) {
    return result.steps().stream()
        .map(step ->
            "%s in %d out %d failed %d dropped %s counts %s calls %d tokens %d + %d cost %s"
                .formatted(
                    step.name(),
                    step.in(),
                    step.out(),
                    step.failed(),
                    step.dropped(),
                    step.counts(),
                    step.calls() + step.cachedCalls(),
                    step.promptTokens(),
                    step.completionTokens(),
                    step.cost().stripTrailingZeros().toPlainString()))
        .toList();
  }

  @Test
  void leaves_the_same_bytes_and_counts_as_one_on_this_machine() throws Exception {
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    RunResult local = run(RunOptions.in(here));
    int calls = teacher.calls();
    RunResult spark = run(RunOptions.in(there).with(spark()));

    Map<String, String> expected = results(here);
    assertThat(expected)
        .as("what the recipe is to bring about, seed " + SEED)
        .containsKeys(
            "train.jsonl",
            "all-00001-of-00002.jsonl",
            "failed.jsonl",
            "dropped/unlike.exact_dedup.jsonl",
            "dropped/unlike.minhash_dedup.jsonl",
            "lineage/train.jsonl");
    assertThat(expected.get("failed.jsonl")).contains("HTTP 400", "not about sevens", "no record");
    assertThat(results(there)).isEqualTo(expected);
    assertThat(counts(spark)).isEqualTo(counts(local));
    assertThat(spark.spent()).isEqualByComparingTo(local.spent());
    assertThat(teacher.calls()).as("no question twice").isEqualTo(2 * calls);
  }

  @Test
  void that_was_stopped_goes_on_to_the_same_bytes_and_pays_for_nothing_twice() throws Exception {
    run(RunOptions.in(folder.resolve("here")));
    int calls = teacher.calls();
    Path there = folder.resolve("there");
    var control = new RunControl();
    RunListener impatient =
        new RunListener() {
          @Override
          public void progress(RunStatus status) {
            if (status.steps().stream().anyMatch(step -> step.name().contains("distiller"))) {
              control.stop();
            }
          }
        };
    assertThatThrownBy(() ->
            DataRun.run(recipe(), RunOptions.in(there).with(spark()).with(control), impatient))
        .isInstanceOfSatisfying(
            RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.INTERRUPTED));
    run(RunOptions.in(there).with(RunOptions.Begin.RESUME).with(spark()));
    assertThat(results(there)).isEqualTo(results(folder.resolve("here")));
    assertThat(teacher.calls()).isLessThanOrEqualTo(2 * calls);
  }

  @Test
  void stops_when_the_teacher_lets_nobody_in() throws Exception {
    Path there = folder.resolve("there");
    try (var silent =
        new AnsweringServer(question -> new AnsweringServer.Reply(401, "who are you"))) {
      Recipe locked =
          RecipeFile.parse(
              RECIPE,
              "recipe.yaml",
              folder,
              Map.of("base", silent.base()),
              BuiltInOperators.catalog());
      assertThatThrownBy(
              () -> DataRun.run(locked, RunOptions.in(there).with(spark()), RunListener.NONE))
          .isInstanceOfSatisfying(
              RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.TEACHER))
          .hasMessageContaining("who are you")
          .hasMessageContaining("--resume");
    }
    assertThat(there.resolve("train.jsonl")).doesNotExist();
  }

  @Test
  void refuses_operators_that_were_written_in_code() {
    Recipe own =
        Recipe.builder("own")
            .source("questions", source -> source.file("questions.jsonl"))
            .branch("b", branch -> branch.from("questions").step("mine", Map.of()))
            .sink("out.jsonl", sink -> sink.from("b"))
            .build(
                BuiltInOperators.catalog()
                    .and(
                        List.of(
                            new OperatorSpec(
                                "mine",
                                "Mine.",
                                List.of(),
                                arguments ->
                                    (RecordOperator) (record, context) -> Outcome.keep(record)))),
                folder);
    assertThatThrownBy(() ->
            DataRun.run(own, RunOptions.in(folder.resolve("own")).with(spark()), RunListener.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("mine");
  }
}
