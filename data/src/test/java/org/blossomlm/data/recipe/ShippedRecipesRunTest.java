package org.blossomlm.data.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.teacher.FakeTeacherServer;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The recipes that Blossom brings, run against a teacher that speaks HTTP")
class ShippedRecipesRunTest {
  private static final Path RECIPES = Path.of("..", "recipes");
  private static final Path DATASETS = Path.of("..", "..", "shared", "datasets");

  @TempDir Path folder;
  private final ObligingTeacher teacher = new ObligingTeacher();
  private FakeTeacherServer server;

  @BeforeEach
  void startTeacher() {
    rows(RECIPES.resolve("seeds/problems.jsonl"))
        .forEach(row -> teacher.knows(text(row, "problem"), text(row, "answer")));
    server = FakeTeacherServer.start().answer(teacher).withoutRecording();
  }

  @AfterEach
  void stopTeacher() {
    server.close();
  }

  private static String text(RowRecord row, String field) {
    return String.valueOf(row.fields().get(field));
  }

  private static List<RowRecord> rows(Path file) {
    return records(file, RecordFormat.ROWS).stream().map(RowRecord.class::cast).toList();
  }

  private static List<DataRecord> records(Path file, RecordFormat format) {
    List<DataRecord> records = new ArrayList<>();
    try (RecordReader reader =
        RecordFiles.read(file.toString(), ReadOptions.DEFAULT.withFormat(format))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        records.add(next.get());
      }
    }
    return records;
  }

  private RunResult run(String name, Map<String, String> parameters, long limit)
      throws InterruptedException {
    Path file = RECIPES.resolve(name + ".yaml");
    Map<String, String> all = new HashMap<>(parameters);
    String settings = "{base_url: \"" + server.base() + "\", model: fake, price: free}";
    for (String role : List.of("teacher", "second", "judge", "simulator")) {
      if (parameterNames(file).contains(role)) {
        all.put(role, settings);
      }
    }
    Recipe recipe = RecipeFile.read(file, all, BuiltInOperators.catalog());
    return DataRun.run(
        limit == 0 ? recipe : recipe.limited(limit),
        RunOptions.in(folder.resolve(name)),
        RunListener.NONE);
  }

  private static List<String> parameterNames(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.matches("  \\w+: .*"))
          .map(line -> line.strip().replaceFirst(":.*", ""))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<ChatRecord> result(String name) {
    return records(folder.resolve(name).resolve(name + ".jsonl"), RecordFormat.CONVERSATIONS)
        .stream()
        .map(ChatRecord.class::cast)
        .toList();
  }

  private static long inLanguage(List<ChatRecord> chats, String language) {
    return chats.stream()
        .filter(chat -> language.equals(chat.head().metadata().get("language")))
        .count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blossom-math-mini",
        "blossom-orca-mini",
        "blossom-wizard-mini",
        "blossom-chat-mini"
      })
  void small_ones_need_nothing_but_a_teacher(String name) throws InterruptedException {
    RunResult run = run(name, Map.of(), 0);
    List<ChatRecord> chats = result(name);
    assertThat(run.complete()).isTrue();
    assertThat(run.failed()).isZero();
    assertThat(chats).hasSizeGreaterThanOrEqualTo(8);
    assertThat(inLanguage(chats, "zh")).isEqualTo(inLanguage(chats, "en"));
    assertThat(chats)
        .allSatisfy(chat -> assertThat(chat.messages().getLast().role()).isEqualTo(Role.ASSISTANT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blossom-math", "blossom-orca", "blossom-wizard", "blossom-chat"})
  void whole_ones_go_through_on_the_beginning_of_the_real_sources(String name)
      throws InterruptedException {
    teachRealSources();
    Map<String, String> parameters = new HashMap<>();
    parameters.put("sources", DATASETS.toAbsolutePath().normalize().toString());
    if (parameterNames(RECIPES.resolve(name + ".yaml")).contains("invented")) {
      parameters.put("invented", "10");
    }
    RunResult run = run(name, parameters, 12);
    List<ChatRecord> chats = result(name);
    assertThat(run.complete()).isTrue();
    assertThat(chats).hasSizeGreaterThanOrEqualTo(10);
    assertThat(inLanguage(chats, "zh")).isEqualTo(inLanguage(chats, "en"));
  }

  /** About a minute each. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "blossom-math, 20000",
    "blossom-orca, 17000",
    "blossom-wizard, 18000",
    "blossom-chat, 3000"
  })
  void whole_ones_go_through_on_all_of_the_real_sources(String name, int records)
      throws InterruptedException {
    teachRealSources();
    RunResult run =
        run(name, Map.of("sources", DATASETS.toAbsolutePath().normalize().toString()), 0);
    List<ChatRecord> chats = result(name);
    assertThat(run.complete()).isTrue();
    assertThat(chats).hasSizeGreaterThanOrEqualTo(records);
    assertThat(inLanguage(chats, "zh")).isEqualTo(inLanguage(chats, "en"));
    assertThat(run.failed()).isLessThan(records / 1000);
  }

  private void teachRealSources() {
    assumeTrue(Files.isDirectory(DATASETS), "the real sources are not at " + DATASETS);
    rows(DATASETS.resolve("gsm8k/train.jsonl"))
        .forEach(row ->
            teacher.knows(
                text(row, "question"), text(row, "answer").replaceFirst("(?s).*####", "")));
    for (String language : List.of("ch", "en")) {
      rows(DATASETS.resolve("tal_scq5k/" + language + "_single_choice_train_3K.jsonl"))
          .forEach(row -> teacher.knows(text(row, "problem"), text(row, "answer_value")));
    }
  }
}
