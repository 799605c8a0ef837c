package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.format.RecordFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Skips where the folder {@code datasets} beside the fixtures is absent. */
@DisplayName("Published data sets")
class RealFilesTest {
  private static final Path SETS =
      Path.of(System.getProperty("blossom.fixtures", "../shared/fixtures"))
          .resolveSibling("datasets");

  @TempDir Path folder;

  @BeforeEach
  void setsAreThere() {
    assumeThat(SETS).as("published data sets at %s", SETS).isDirectory();
  }

  private static List<DataRecord> read(Path file, ReadOptions options) {
    List<DataRecord> records = new ArrayList<>();
    try (RecordReader reader = RecordFiles.read(file.toString(), options.withStrict(true))) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        records.add(next.get());
      }
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({
    "gsm8k/train.jsonl, 7473, rows",
    "gsm8k/test.jsonl, 1319, rows",
    "gsm8k/example_model_solutions.jsonl, 1319, rows",
    "self_instruct/seed_tasks.jsonl, 175, rows",
    "self_instruct/user_oriented_instructions.jsonl, 252, rows",
    "svamp/SVAMP.json, 1000, rows",
    "system_prompts/prompts-zh.json, 124, rows",
    "system_prompts/prompts_en.csv, 170, rows",
    "tal_scq5k/ch_single_choice_train_3K.jsonl, 3000, rows",
    "tal_scq5k/en_single_choice_test_2K.jsonl, 2000, rows",
    "cmath/cmath_dev.jsonl, 600, rows",
    "cmath/cmath_test_from_deepseek_math.jsonl, 1098, rows",
    "arena_hard/v0.1/question.jsonl, 500, rows",
    "arena_hard/v2.0/question.jsonl, 750, rows",
    "mt_bench/question.jsonl, 80, rows",
    "kdconv/film/dev.json, 150, rows",
    "langid/sentences/zh.txt, 729, text",
  })
  void are_read_whole(String name, int records, String format) {
    assertThat(RecordFormat.named(format)).isPresent();
    try (RecordReader reader =
        RecordFiles.read(SETS.resolve(name).toString(), ReadOptions.DEFAULT)) {
      while (reader.next().isPresent()) {
        // Counted by the reader.
      }
      assertThat(reader.count().records()).isEqualTo(records);
      assertThat(reader.count().badLines()).isZero();
      assertThat(reader.formats().values())
          .containsExactly(RecordFormat.named(format).orElseThrow());
    }
  }

  @Test
  void a_table_without_names_of_columns() {
    List<DataRecord> records =
        read(
            SETS.resolve("mgsm/mgsm_en.tsv"),
            ReadOptions.DEFAULT.withHeader(List.of("question", "answer")));
    assertThat(records).hasSize(250);
    assertThat(((RowRecord) records.getFirst()).fields()).containsEntry("answer", "18");
  }

  @Test
  void members_of_a_document_in_an_archive() {
    List<DataRecord> records =
        read(SETS.resolve("crosswoz/val.json.zip"), ReadOptions.DEFAULT.withAt("/*"));
    assertThat(records).hasSize(500);
    assertThat(records).extracting(DataRecord::id).doesNotHaveDuplicates();
  }

  @Test
  void elements_inside_a_document() {
    Path file = SETS.resolve("gaokao_bench/Data/Objective_Questions/2010-2013_English_MCQs.json");
    List<DataRecord> records = read(file, ReadOptions.DEFAULT.withAt("/example/*"));
    assertThat(records).isNotEmpty();
    assertThat(((RowRecord) records.getFirst()).fields()).containsKey("question");
  }

  @Test
  void a_folder_is_read_in_the_order_of_its_names() {
    List<DataRecord> records = read(SETS.resolve("kdconv"), ReadOptions.DEFAULT);
    assertThat(records.size()).isEqualTo(900);
    assertThat(records)
        .extracting(record -> record.head().provenance().origin().orElseThrow().file())
        .isSorted();
    assertThat(records).extracting(DataRecord::id).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "gsm8k/test.jsonl, jsonl.zst",
    "gsm8k/test.jsonl, parquet",
    "gsm8k/test.jsonl, csv",
    "tal_scq5k/en_single_choice_test_2K.jsonl, json.gz",
    "arena_hard/v2.0/question.jsonl, parquet",
    "arena_hard/v2.0/question.jsonl, tsv",
    "kdconv/film/dev.json, jsonl",
  })
  void come_back_the_same_from_every_type_of_file(String name, String ending) {
    List<Map<String, ?>> before = new ArrayList<>();
    Path file = folder.resolve("set." + ending);
    try (RecordWriter writer = RecordFiles.write(file, WriteOptions.of(RecordFormat.ROWS))) {
      for (DataRecord record : read(SETS.resolve(name), ReadOptions.DEFAULT)) {
        before.add(((RowRecord) record).fields());
        writer.write(record);
      }
      writer.commit();
    }
    assertThat(Files.exists(file)).isTrue();
    List<Map<String, ?>> after = new ArrayList<>();
    read(file, ReadOptions.DEFAULT).forEach(record -> after.add(((RowRecord) record).fields()));
    // Not the lists themselves: a failure would print all of them.
    assertThat(after.size()).isEqualTo(before.size());
    for (int i = 0; i < after.size(); i++) {
      assertThat(after.get(i)).isEqualTo(before.get(i));
    }
  }
}
