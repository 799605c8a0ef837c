package org.blossomlm.data.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A run")
class DataRunTest {
  @TempDir Path folder;

  @BeforeEach
  void records() throws IOException {
    RunFixture.writeRecords(folder.resolve("numbers.jsonl"), SmallOperators.records(500));
  }

  private RunResult run(Recipe recipe, String name) throws InterruptedException {
    return DataRun.run(recipe, RunOptions.in(folder.resolve(name)), RunListener.NONE);
  }

  private List<DataRecord> output(String run, String file) throws IOException {
    List<DataRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve(file))) {
      records.add(RecordJson.read(line));
    }
    return records;
  }

  private static RecipeBuilder recipe() {
    return Recipe.builder("small").source("numbers", source -> source.file("numbers.jsonl"));
  }

  private Recipe built(RecipeBuilder builder) {
    return builder.build(SmallOperators.catalog(), folder);
  }

  @Test
  void keeps_drops_fails_and_expands_in_the_order_of_the_input() throws Exception {
    Recipe recipe =
        built(
            recipe()
                .branch(
                    "b",
                    branch ->
                        branch
                            .from("numbers")
                            .step("fail_on", Map.of("word", "number 3,"))
                            .step("length_filter", Map.of("max", 20))
                            .step("twice"))
                .sink("out.jsonl", sink -> sink.from("b")));
    RunResult result = run(recipe, "run");
    List<String> expected = new ArrayList<>();
    for (DataRecord record : SmallOperators.records(500)) {
      String text = SmallOperators.text(record).text();
      if (text.length() <= 20 && !text.contains("number 3,")) {
        expected.add(record.id());
        expected.add(record.id() + "-2");
      }
    }
    assertThat(output("run", "out.jsonl").stream().map(DataRecord::id)).isEqualTo(expected);
    assertThat(result.complete()).isTrue();
    assertThat(result.failed()).isEqualTo(1);
    StepStatus filter = result.steps().get(1);
    assertThat(filter.in()).isEqualTo(499);
    assertThat(filter.out()).isEqualTo(expected.size() / 2);
    assertThat(filter.dropped())
        .containsExactlyEntriesOf(Map.of("too long", 499L - expected.size() / 2));
    assertThat(result.steps().get(2).counts())
        .containsExactlyEntriesOf(Map.of("copies", expected.size() / 2L));
  }

  @Test
  void writes_what_left_with_the_reason() throws Exception {
    Recipe recipe =
        built(
            recipe()
                .branch(
                    "b",
                    branch ->
                        branch
                            .from("numbers")
                            .step("fail_on", Map.of("word", "number 3,"))
                            .step("overflow_on", Map.of("word", "number 4,"))
                            .step("length_filter", Map.of("max", 20)))
                .sink("out.jsonl", sink -> sink.from("b")));
    run(recipe, "run");
    assertThat(Files.readString(folder.resolve("run/failed.jsonl")))
        .contains(
            "{\"step\":\"b.fail_on\",\"reason\":\"IllegalStateException: found the word\",\"record\":{")
        .contains("\"step\":\"b.overflow_on\",\"reason\":\"StackOverflowError");
    assertThat(Files.readString(folder.resolve("run/dropped/b.length_filter.jsonl")).lines())
        .allMatch(line -> line.startsWith("{\"step\":\"b.length_filter\",\"reason\":\"too long\","))
        .isNotEmpty();
    assertThat(Files.readString(folder.resolve("run/metrics.json")))
        .contains("\"too long\"")
        .contains("\"complete\" : true");
    assertThat(folder.resolve("run/stages")).isEmptyDirectory();
  }

  @Test
  void lineage_says_which_steps_changed_a_record_and_only_where_it_is_wanted() throws Exception {
    Recipe recipe =
        built(
            recipe()
                .branch(
                    "b",
                    branch ->
                        branch
                            .from("numbers")
                            .step("length_filter", Map.of("max", 100))
                            .step("shout")
                            .step("dice"))
                .sink("plain.jsonl", sink -> sink.from("b"))
                .sink("lineage.jsonl", sink -> sink.from("b").lineage()));
    run(recipe, "run");
    assertThat(output("run", "lineage.jsonl").getFirst().head().provenance().steps())
        .extracting(Provenance.Step::operator)
        .containsExactly("b.shout", "b.dice");
    assertThat(output("run", "plain.jsonl").getFirst().head().provenance())
        .isEqualTo(Provenance.UNKNOWN);
    assertThat(Files.readAllLines(folder.resolve("run/lineage/plain.jsonl")))
        .hasSize(500)
        .first()
        .isEqualTo(
            "{\"id\":\"r0\",\"file\":\"numbers.jsonl\",\"row\":1,\"steps\":[\"b.shout\",\"b.dice\"]}");
    assertThat(folder.resolve("run/lineage/lineage.jsonl")).doesNotExist();
  }

  @Test
  void ids_that_come_again_are_made_unique_the_same_way_each_time() throws Exception {
    Files.createDirectories(folder.resolve("parts"));
    RunFixture.writeRecords(folder.resolve("parts/a.jsonl"), SmallOperators.records(3));
    RunFixture.writeRecords(folder.resolve("parts/b.jsonl"), SmallOperators.records(4));
    Files.writeString(
        folder.resolve("other.jsonl"),
        """
        {"id": "r1", "text": "another"}
        {"id": "r1-2", "text": "called as the one that was renamed"}
        """);
    Recipe recipe =
        built(
            Recipe.builder("ids")
                .source("parts", source -> source.file("parts/*.jsonl"))
                .source("other", source -> source.file("other.jsonl").format("text"))
                .source("again", source -> source.file("parts/b.jsonl"))
                .branch("first", branch -> branch.from("parts"))
                .branch("second", branch -> branch.from("other", "again"))
                .sink("out.jsonl", sink -> sink.from("first", "second").lineage()));
    run(recipe, "run");
    List<DataRecord> records = output("run", "out.jsonl");
    assertThat(records.stream().map(DataRecord::id))
        .containsExactly(
            "r0", "r1", "r2", "r0-2", "r1-2", "r2-2", "r3", "r1-3", "r1-2-2", // then again
            "r0-2", "r1-2", "r2-2", "r3");
    assertThat(records.get(3).head().provenance().steps())
        .containsExactly(
            new Provenance.Step(
                "source parts", List.of(), Optional.of("called r0, as a record before it is")));
    run(recipe, "again");
    assertThat(Files.readString(folder.resolve("again/out.jsonl")))
        .isEqualTo(Files.readString(folder.resolve("run/out.jsonl")));
  }

  @Test
  void operators_on_all_records_are_in_the_lineage_of_what_they_leave() throws Exception {
    Recipe recipe =
        built(
            recipe()
                .branch("b", branch -> branch.from("numbers").step("unique").step("shuffle"))
                .sink("out.jsonl", sink -> sink.from("b").lineage()));
    run(recipe, "run");
    assertThat(output("run", "out.jsonl"))
        .allSatisfy(record ->
            assertThat(record.head().provenance().steps())
                .extracting(Provenance.Step::operator)
                .containsExactly("b.unique", "b.shuffle"));
  }

  @Test
  void lineage_says_of_which_cluster_a_record_stays() throws Exception {
    Recipe recipe =
        recipe()
            .branch("b", branch -> branch.from("numbers").step("exact_dedup"))
            .sink("out.jsonl", sink -> sink.from("b"))
            .build(BuiltInOperators.catalog(), folder);
    run(recipe, "run");
    assertThat(Files.readString(folder.resolve("run/lineage/out.jsonl")))
        .contains(
            "{\"id\":\"r0\",\"file\":\"numbers.jsonl\",\"row\":1,\"steps\":[{\"b.exact_dedup\":[],\"note\":\"stays of cluster r0\"}]}")
        .contains(
            "{\"id\":\"r1\",\"file\":\"numbers.jsonl\",\"row\":2,\"steps\":[\"b.exact_dedup\"]}");
  }

  @Test
  void operators_on_all_records_read_as_often_as_they_like() throws Exception {
    Recipe recipe =
        built(
            recipe()
                .branch("b", branch -> branch.from("numbers").step("unique").step("shuffle"))
                .sink("out.jsonl", sink -> sink.from("b")));
    RunResult result = run(recipe, "run");
    List<String> ids = output("run", "out.jsonl").stream().map(DataRecord::id).toList();
    assertThat(ids)
        .hasSize(450)
        .doesNotHaveDuplicates()
        .isNotEqualTo(ids.stream().sorted().toList());
    assertThat(result.steps().getFirst().dropped())
        .containsExactlyEntriesOf(Map.of("duplicate", 50L));
  }

  @Test
  void samples_conditions_and_limits_choose_by_id_and_not_by_order() throws Exception {
    Recipe recipe =
        built(
            Recipe.builder("small")
                .seed(3)
                .source("numbers", source -> source.file("numbers.jsonl").sample(0.5))
                .source("ten", source -> source.file("numbers.jsonl").limit(10))
                .branch("some", branch -> branch.from("numbers", 0.5).when("parity", "odd"))
                .branch("joined", branch -> branch.from("ten", "some"))
                .sink("out.jsonl", sink -> sink.from("joined")));
    run(recipe, "run");
    List<DataRecord> records = output("run", "out.jsonl");
    assertThat(records.subList(0, 10).stream().map(DataRecord::id))
        .containsExactly("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9");
    assertThat(records.subList(10, records.size()))
        .hasSizeBetween(30, 100)
        .allMatch(record -> "odd".equals(record.head().metadata().get("parity")));
    run(recipe.withSeed(4), "other");
    assertThat(Files.readString(folder.resolve("other/out.jsonl")))
        .isNotEqualTo(Files.readString(folder.resolve("run/out.jsonl")));
  }

  @Test
  void gives_the_same_bytes_whatever_the_number_of_workers() throws Exception {
    List<Map<String, String>> results = new ArrayList<>();
    List<List<String>> counts = new ArrayList<>();
    for (int workers : List.of(1, 2, 8, 64)) {
      Path run = folder.resolve("workers-" + workers);
      RunResult result =
          DataRun.run(
              RunFixture.everything(folder, Map.of("millis", "2")),
              RunOptions.in(run).withWorkers(workers),
              RunListener.NONE);
      results.add(RunFixture.results(run));
      counts.add(RunFixture.counts(result));
    }
    assertThat(results.getFirst()).containsKeys("all.jsonl", "lineage.jsonl", "failed.jsonl");
    assertThat(results.getFirst().getOrDefault("all.jsonl", "").lines().count()).isGreaterThan(400);
    assertThat(results).allMatch(each -> each.equals(results.getFirst()));
    assertThat(counts).allMatch(each -> each.equals(counts.getFirst()));
  }

  @Test
  void two_runs_do_not_share_a_folder() throws Exception {
    Path run = folder.resolve("run");
    var running = RunFolder.open(run);
    assertThatThrownBy(() -> run(RunFixture.everything(folder, Map.of()), "run"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another run is at work in this folder (process ");
    running.close();
    assertThat(run(RunFixture.everything(folder, Map.of()), "run").complete()).isTrue();
  }

  @Test
  void an_earlier_run_is_not_touched_unless_asked_for() throws Exception {
    Recipe recipe = RunFixture.everything(folder, Map.of());
    run(recipe, "run");
    Map<String, String> before = RunFixture.results(folder.resolve("run"));
    assertThatThrownBy(() -> run(recipe, "run"))
        .hasMessageContaining("holds a complete run")
        .hasMessageContaining("--restart");
    var options = RunOptions.in(folder.resolve("run"));
    assertThat(
            DataRun.run(recipe, options.with(RunOptions.Begin.RESUME), RunListener.NONE).complete())
        .isTrue();
    DataRun.run(recipe, options.with(RunOptions.Begin.RESTART), RunListener.NONE);
    assertThat(RunFixture.results(folder.resolve("run"))).isEqualTo(before);
  }

  @Test
  void a_changed_recipe_is_not_resumed_and_says_what_differs() throws Exception {
    run(RunFixture.everything(folder, Map.of()), "run");
    var resume = RunOptions.in(folder.resolve("run")).with(RunOptions.Begin.RESUME);
    assertThatThrownBy(() ->
            DataRun.run(
                RunFixture.everything(folder, Map.of("millis", "1")), resume, RunListener.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("branches.first.steps[0].slowly.millis: was 0, is 1")
        .hasMessageContaining("parameters.millis: was 0, is 1");
    RunFixture.writeRecords(folder.resolve("numbers.jsonl"), SmallOperators.records(501));
    assertThatThrownBy(
            () -> DataRun.run(RunFixture.everything(folder, Map.of()), resume, RunListener.NONE))
        .hasMessageContaining("files.numbers[0]: was ");
  }

  @Test
  void a_full_heap_ends_the_run_and_names_step_and_record() throws Exception {
    var calls = new AtomicInteger();
    RecordOperator greedy =
        (record, context) -> {
          if (record.id().equals("r30") && calls.incrementAndGet() == 1) {
            throw new OutOfMemoryError("Java heap space");
          }
          return Outcome.keep(record);
        };
    Recipe recipe =
        built(
            recipe()
                .branch("b", branch -> branch.from("numbers").step("greedy", greedy))
                .sink("out.jsonl", sink -> sink.from("b")));
    assertThatThrownBy(() -> run(recipe, "run"))
        .isInstanceOfSatisfying(
            RunStop.class, stop -> assertThat(stop.reason()).isEqualTo(RunStop.Cause.OUT_OF_MEMORY))
        .hasMessageContaining("step b.greedy, record r30: the heap is full");
    RunResult resumed =
        DataRun.run(
            recipe,
            RunOptions.in(folder.resolve("run")).with(RunOptions.Begin.RESUME),
            RunListener.NONE);
    assertThat(resumed.steps().getFirst().in()).isEqualTo(500);
    assertThat(output("run", "out.jsonl")).hasSize(500);
  }
}
