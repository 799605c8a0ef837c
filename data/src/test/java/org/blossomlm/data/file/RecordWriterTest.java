package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.format.RandomRecords;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Files of records that are written")
class RecordWriterTest {
  private static final WriteOptions BLOSSOM = WriteOptions.DEFAULT;

  @TempDir Path folder;

  private static DataRecord text(int number) {
    Provenance made = Provenance.from("made", number);
    return new TextRecord(RecordHead.of("t" + number).withProvenance(made), "text " + number);
  }

  private List<WrittenFile> write(Path file, WriteOptions options, List<DataRecord> records) {
    try (RecordWriter writer = RecordFiles.write(file, options)) {
      records.forEach(writer::write);
      return writer.commit();
    }
  }

  private static List<DataRecord> read(String file) {
    List<DataRecord> records = new ArrayList<>();
    try (RecordReader reader = RecordFiles.read(file, ReadOptions.DEFAULT.withStrict(true))) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        records.add(next.get());
      }
    }
    return records;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.json", "a.json.gz"})
  void json_files_of_every_kind_hold_every_record(String name) {
    RandomRecords random = new RandomRecords(new Random(1));
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      records.add(random.record(i));
    }
    Path file = folder.resolve(name);
    List<WrittenFile> written = write(file, BLOSSOM, records);
    assertThat(read(file.toString())).as("seed 1").isEqualTo(records);
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().records()).isEqualTo(500);
    assertThat(written.getFirst().bytes()).isEqualTo(file.toFile().length());
  }

  @Test
  void the_same_records_are_the_same_bytes() throws IOException {
    RandomRecords random = new RandomRecords(new Random(2));
    List<DataRecord> records = List.of(random.record(1), random.record(2), random.record(3));
    for (String ending : List.of("jsonl", "jsonl.gz", "jsonl.zst", "json", "parquet", "csv")) {
      Path one = folder.resolve("one." + ending);
      Path two = folder.resolve("two." + ending);
      write(one, BLOSSOM, records);
      write(two, BLOSSOM, records);
      assertThat(two).as("seed 2, " + ending).hasSameBinaryContentAs(one);
    }
  }

  @Test
  void an_array_has_an_element_in_every_line() throws IOException {
    Path file = folder.resolve("a.json");
    write(file, WriteOptions.of(RecordFormat.TEXT), List.of(text(1), text(2)));
    assertThat(file)
        .hasContent(
            """
            [
            {"id":"t1","text":"text 1"},
            {"id":"t2","text":"text 2"}
            ]
            """);
    write(file, BLOSSOM, List.of());
    assertThat(file).hasContent("[]\n");
  }

  /** Parquet cannot tell null from nothing, so that there is neither here. */
  @Test
  void parquet_keeps_chats_with_all_they_have() {
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      records.add(
          new ChatRecord(
              RecordHead.of("c" + i)
                  .withProvenance(Provenance.from("made", i))
                  .withMetadata("score", i / 7.0)
                  .withMetadata("tags", List.of("数学", "math", i))
                  .withMetadata("when", "2024-01-02")
                  .withMetadata("big", (1L << 60) + i),
              List.of(
                  ChatMessage.system("s\n\"x\""),
                  ChatMessage.user("question 问题 " + i),
                  ChatMessage.assistant("😀 answer\t" + i))));
    }
    records.add(text(1).failed("why"));
    Path file = folder.resolve("it's [a] file.parquet");
    write(file, BLOSSOM, records);
    assertThat(read(file.toString())).isEqualTo(records);
  }

  @Test
  void parquet_keeps_values_of_several_types_in_one_column() {
    List<DataRecord> records = new ArrayList<>();
    List<Object> values =
        List.of(
            1,
            "x",
            List.of(1, List.of("y")),
            Map.of("a", 1),
            Map.of("a", "b"),
            true,
            2.5,
            "2024-01-02",
            "null",
            "{\"a\":1}",
            (1L << 60) + 1,
            "");
    for (Object value : values) {
      records.add(
          new RowRecord(
              RecordHead.of("v" + records.size()),
              Map.of("value", value, "id", "v" + records.size())));
    }
    Path file = folder.resolve("a.parquet");
    write(file, WriteOptions.of(RecordFormat.ROWS), records);
    assertThat(read(file.toString()))
        .extracting(record -> ((RowRecord) record).fields().get("value"))
        .isEqualTo(values);
  }

  @Test
  void parquet_refuses_what_it_would_mix_up() {
    DataRecord row = new RowRecord(RecordHead.of("1"), Map.of("A", 1, "a", 2));
    assertThatThrownBy(() ->
            write(folder.resolve("a.parquet"), WriteOptions.of(RecordFormat.ROWS), List.of(row)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("beside '");
  }

  @Test
  void tables_have_the_columns_of_all_records() throws IOException {
    Path file = folder.resolve("a.csv");
    write(
        file,
        WriteOptions.of(RecordFormat.ROWS),
        List.of(
            RecordJson.read(
                "{\"id\":\"1\",\"type\":\"row\",\"data\":{\"q\":\"a \\\"b\\\",\\nc\",\"id\":1}}"),
            RecordJson.read("{\"id\":\"2\",\"type\":\"row\",\"data\":{\"n\":[1,\"二\"]}}")));
    assertThat(file).hasContent("q,id,n\n\"a \"\"b\"\",\nc\",1,\n,2,\"[1,\"\"二\"\"]\"\n");
    Path chats = folder.resolve("b.tsv");
    DataRecord chat = new ChatRecord(RecordHead.of("c"), List.of(ChatMessage.user("q\t\"x\"\r\n")));
    write(chats, WriteOptions.of(RecordFormat.OPENAI), List.of(chat));
    assertThat(((ChatRecord) read(chats.toString()).getFirst()).messages())
        .isEqualTo(((ChatRecord) chat).messages());
  }

  @Test
  void shards_are_numbered_and_none_is_missing() throws IOException {
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      records.add(text(i));
    }
    write(folder.resolve("a.jsonl.gz"), BLOSSOM.withMaxRecords(3), records);
    assertThat(names())
        .containsExactly(
            "a-00001-of-00003.jsonl.gz", "a-00002-of-00003.jsonl.gz", "a-00003-of-00003.jsonl.gz");
    assertThat(read(folder + "/*.gz")).isEqualTo(records);
    List<WrittenFile> bySize = write(folder.resolve("b.jsonl"), BLOSSOM.withMaxBytes(200), records);
    assertThat(bySize).extracting(WrittenFile::records).containsExactly(3L, 3L, 1L);
    write(folder.resolve("c.parquet"), BLOSSOM.withMaxRecords(4), records);
    assertThat(read(folder + "/c-*.parquet")).isEqualTo(records);
    write(folder.resolve("d.jsonl"), BLOSSOM.withMaxRecords(4), List.of());
    assertThat(read(folder + "/d-00001-of-00001.jsonl")).isEmpty();
  }

  @Test
  void before_it_is_complete_a_file_has_no_name() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Files.writeString(file, "what was there before");
    RecordWriter writer = RecordFiles.write(file, BLOSSOM);
    writer.write(text(1));
    assertThat(file).hasContent("what was there before");
    writer.close();
    assertThat(file).hasContent("what was there before");
    assertThat(names()).containsExactly("a.jsonl");
    write(file, BLOSSOM, List.of(text(2)));
    assertThat(read(file.toString())).containsExactly(text(2));
    assertThat(names()).containsExactly("a.jsonl");
  }

  @Test
  void a_writer_that_is_killed_leaves_no_half_file_and_the_next_one_cleans_up() throws Exception {
    Path file = folder.resolve("a.parquet");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); !"written".equals(line); line = out.readLine()) {
        assertThat(line).as("the other program ended").isNotNull();
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(file).doesNotExist();
    assertThat(names()).singleElement().asString().endsWith(".partial");
    write(file, BLOSSOM, List.of(text(1)));
    assertThat(names()).containsExactly("a.parquet");
  }

  /** Writes until it is killed. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) {
      try (RecordWriter writer = RecordFiles.write(Path.of(arguments[0]), BLOSSOM)) {
        for (int i = 0; ; i++) {
          writer.write(text(i));
          if (i == 10_000) {
            System.out.println("written");
          }
        }
      }
    }
  }

  @Test
  void a_record_that_does_not_fit_is_left_out_and_the_rest_goes_on() {
    Path file = folder.resolve("a.jsonl");
    try (RecordWriter writer = RecordFiles.write(file, WriteOptions.of(RecordFormat.TEXT))) {
      writer.write(text(1));
      assertThatThrownBy(() -> writer.write(new RowRecord(RecordHead.of("r"), Map.of())))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("text cannot hold a row");
      writer.write(text(2));
      assertThat(writer.records()).isEqualTo(2);
      writer.commit();
    }
    assertThat(read(file.toString())).hasSize(2);
  }

  @Test
  void where_it_cannot_write_it_says_so_at_once() throws IOException {
    assertThatThrownBy(() -> RecordFiles.write(folder.resolve("a.xlsx"), BLOSSOM))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("must end in .jsonl");
    assertThatThrownBy(() -> RecordFiles.write(folder.resolve("a.parquet.gz"), BLOSSOM))
        .hasMessageContaining("must end in .jsonl");
    assertThatThrownBy(() -> RecordFiles.write(folder.resolve("no/a.jsonl"), BLOSSOM))
        .hasMessageContaining("its folder does not exist");
    Files.createDirectories(folder.resolve("b.jsonl"));
    assertThatThrownBy(() -> RecordFiles.write(folder.resolve("b.jsonl"), BLOSSOM))
        .hasMessageContaining("it is a folder");
  }

  @Test
  void a_description_for_trainers_lies_beside_it() throws IOException {
    Path info = folder.resolve("dataset_info.json");
    Files.writeString(info, "{\"other\":{\"file_name\":\"x.json\"}}");
    write(
        folder.resolve("chat.jsonl"),
        WriteOptions.of(RecordFormat.OPENAI).withDatasetInfo().withMaxRecords(1),
        List.of(
            new ChatRecord(RecordHead.of("1"), List.of(ChatMessage.user("q"))),
            new ChatRecord(RecordHead.of("2"), List.of(ChatMessage.user("q")))));
    assertThat(JsonTree.write(JsonTree.parse(Files.readString(info))))
        .startsWith(
            "{\"other\":{\"file_name\":\"x.json\"},\"chat\":{\"file_name\":"
                + "\"chat-00001-of-00002.jsonl\",\"formatting\":\"sharegpt\","
                + "\"columns\":{\"messages\":\"messages\",\"tools\":\"tools\"}")
        .contains("\"format\":\"openai\",\"records\":2", "\"user_tag\":\"user\"");
  }

  @Test
  void lines_of_a_run_and_files_are_the_same() throws IOException {
    Path file = folder.resolve("a.jsonl");
    DataRecord record = new RandomRecords(new Random(3)).record(1);
    write(file, BLOSSOM, List.of(record));
    assertThat(Files.readString(file)).isEqualTo(RecordJson.write(record) + "\n");
  }
}
