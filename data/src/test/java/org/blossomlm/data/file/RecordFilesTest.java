package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.format.RecordFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files of records that are read")
class RecordFilesTest {
  @TempDir Path folder;

  private final List<BadLine> bad = new ArrayList<>();

  private String file(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private String file(String name, byte[] content) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, content).toString();
  }

  private static byte[] gz(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] zst(String text) {
    ZstdCompressCtx context = new ZstdCompressCtx().setChecksum(true);
    try (context) {
      return context.compress(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<DataRecord> read(String file) {
    return read(file, ReadOptions.DEFAULT);
  }

  private List<DataRecord> read(String file, ReadOptions options) {
    List<DataRecord> records = new ArrayList<>();
    try (RecordReader reader = RecordFiles.read(file, options.withBadLinesTo(bad::add))) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        records.add(next.get());
      }
    }
    return records;
  }

  private List<String> texts(String file) {
    return texts(read(file));
  }

  private static List<String> texts(List<DataRecord> records) {
    return records.stream()
        .map(record ->
            switch (record) {
              case TextRecord text -> text.text();
              case RowRecord row -> String.valueOf(row.fields());
              default -> String.valueOf(record);
            })
        .toList();
  }

  private static List<Long> rows(List<DataRecord> records) {
    return records.stream()
        .map(record -> record.head().provenance().origin().orElseThrow().row())
        .toList();
  }

  @Test
  void only_a_line_feed_ends_a_line() throws IOException {
    String file =
        file(
            "a.jsonl",
            "{\"text\":\"a\u2028b\u0085c\u000b\"}\r\n{\"text\":\"d\u2029\"}\n"
                .replace("\u000b", ""));
    assertThat(texts(file)).containsExactly("a\u2028b\u0085c", "d\u2029");
    assertThat(bad).isEmpty();
  }

  @Test
  void a_byte_order_mark_and_blank_lines_are_no_records() throws IOException {
    String file = file("a.jsonl", "\uFEFF{\"text\":\"a\"}\n\n  \t\n{\"text\":\"b\"}");
    try (RecordReader reader = RecordFiles.read(file, ReadOptions.DEFAULT)) {
      assertThat(reader.next().orElseThrow().head().provenance().origin().orElseThrow().row())
          .isEqualTo(1);
      assertThat(reader.next().orElseThrow().head().provenance().origin().orElseThrow().row())
          .isEqualTo(4);
      assertThat(reader.next()).isEmpty();
      assertThat(reader.next()).isEmpty();
      assertThat(reader.count()).isEqualTo(new ReadCount(1, 2, 2, 0));
    }
  }

  @Test
  void bad_lines_are_told_with_their_number_and_bytes_and_left_out() throws IOException {
    String file =
        file(
            "a.jsonl",
            "{\"text\":\"a\"}\n{\"text\":\n[1]\n{\"text\":\"b\"} x\n{\"text\":5}\n{\"text\":\"c\"}\n");
    assertThat(texts(file)).containsExactly("a", "c");
    assertThat(bad)
        .extracting(BadLine::message)
        .satisfiesExactly(
            first -> assertThat(first).startsWith(file + ":2: not JSON: ").contains("column"),
            second -> assertThat(second).isEqualTo(file + ":3: not a JSON object"),
            third -> assertThat(third).startsWith(file + ":4: not JSON: "),
            fourth ->
                assertThat(fourth)
                    .isEqualTo(file + ":5: as text: text: found 5, allowed is a string"));
    assertThat(bad.get(3).raw()).asString(StandardCharsets.UTF_8).isEqualTo("{\"text\":5}");
  }

  @Test
  void asked_to_be_strict_the_first_bad_line_ends_it() throws IOException {
    String file = file("a.jsonl", "{\"text\":\"a\"}\n{\n");
    assertThatThrownBy(() -> read(file, ReadOptions.DEFAULT.withStrict(true)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + ":2: not JSON");
  }

  @Test
  void bytes_that_are_not_utf_8_make_a_bad_line() throws IOException {
    byte[] bytes = "{\"text\":\"ab\"}\n{\"text\":\"c\"}\n".getBytes(StandardCharsets.UTF_8);
    bytes[9] = (byte) 0xd6;
    bytes[10] = (byte) 0xd0;
    String file = file("a.jsonl", bytes);
    assertThat(texts(file)).containsExactly("c");
    assertThat(bad.getFirst().reason()).contains("not UTF-8 at byte 10 (0xd6)", "convert");
    assertThat(bad.getFirst().raw()).contains(0xd6);
    assertThatThrownBy(() -> read(file("b.jsonl", "{}".getBytes(StandardCharsets.UTF_16))))
        .hasMessageContaining("UTF-16; convert the file to UTF-8");
  }

  @Test
  void a_line_that_is_too_long_is_refused_without_being_kept() throws IOException {
    Path path = folder.resolve("long.jsonl");
    byte[] piece = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(path)) {
      out.write("{\"text\":\"a\"}\n{\"text\":\"".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 100; i++) {
        out.write(piece);
      }
      out.write("\"}\n{\"text\":\"b\"}\n".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(texts(path.toString())).containsExactly("a", "b");
    assertThat(bad).hasSize(1);
    assertThat(bad.getFirst().message())
        .isEqualTo(
            path
                + ":2: a line of 104,857,611 bytes; at most 67,108,864 are allowed"
                + " (--max-line-bytes allows more)");
    assertThat(bad.getFirst().raw()).hasSize(1000);
  }

  @Test
  void a_line_of_just_the_longest_length_is_read() throws IOException {
    String line = "{\"text\":\"abc\"}";
    String file = file("a.jsonl", line + "\r\n" + line + " \n" + line);
    assertThat(texts(read(file, ReadOptions.DEFAULT.withMaxLineBytes(line.length()))))
        .containsExactly("abc", "abc");
    assertThat(bad).extracting(BadLine::row).containsExactly(2L);
  }

  @Test
  void values_in_each_other_and_their_number_are_limited() throws IOException {
    String deep = "[".repeat(300) + "]".repeat(300);
    String many = "[" + "[],".repeat(1 << 21) + "[]]";
    String file =
        file("a.jsonl", "{\"a\":" + deep + "}\n{\"a\":" + many + "}\n{\"text\":\"ok\"}\n");
    assertThat(texts(file)).containsExactly("ok");
    assertThat(bad.get(0).reason()).contains("not JSON", "200");
    assertThat(bad.get(1).reason()).contains("more than 2097152 values");
  }

  @Test
  void compressed_files_are_known_by_their_first_bytes() throws IOException {
    String line = "{\"text\":\"压缩\"}\n";
    assertThat(texts(file("a.jsonl.gz", gz(line)))).containsExactly("压缩");
    assertThat(texts(file("a.jsonl.zst", zst(line)))).containsExactly("压缩");
    assertThat(texts(file("b.jsonl", gz(line)))).containsExactly("压缩");
    byte[] both = Arrays.copyOf(gz(line), gz(line).length * 2);
    System.arraycopy(gz(line), 0, both, gz(line).length, gz(line).length);
    assertThat(texts(file("c.jsonl.gz", both))).containsExactly("压缩", "压缩");
    byte[] frames = Arrays.copyOf(zst(line), zst(line).length * 2);
    System.arraycopy(zst(line), 0, frames, zst(line).length, zst(line).length);
    assertThat(texts(file("d.jsonl.zst", frames))).containsExactly("压缩", "压缩");
  }

  @Test
  void compressed_data_that_is_cut_off_is_an_error_after_the_records_before() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      lines.append("{\"text\":\"").append(i * 2654435761L).append("\"}\n");
    }
    byte[] gz = gz(lines.toString());
    byte[] zst = zst(lines.toString());
    for (String file :
        List.of(
            file("a.jsonl.gz", Arrays.copyOf(gz, gz.length - 100)),
            file("a.jsonl.zst", Arrays.copyOf(zst, zst.length - 100)))) {
      List<DataRecord> before = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                try (RecordReader reader = RecordFiles.read(file, ReadOptions.DEFAULT)) {
                  while (true) {
                    before.add(reader.next().orElseThrow());
                  }
                }
              })
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(file + ": the compressed data ends too early, after line ")
          .hasMessageEndingWith("the file was cut off");
      assertThat(before).hasSizeGreaterThan(1000);
    }
    gz[gz.length / 2] ^= 0x55;
    zst[zst.length / 2] ^= 0x55;
    for (String file : List.of(file("b.jsonl.gz", gz), file("b.jsonl.zst", zst))) {
      assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class);
    }
  }

  @Test
  void arrays_and_objects_one_after_the_other() throws IOException {
    String a = "{\"text\":\"a\"}";
    String b = "{\n \"text\" : \"b\"\n}";
    assertThat(texts(file("a.json", " [" + a + ",\n" + b + "] "))).containsExactly("a", "b");
    assertThat(texts(file("b.json", b + a + "\n\n" + b))).containsExactly("b", "a", "b");
    assertThat(texts(file("c.json", a + "\n" + a + "\n"))).containsExactly("a", "a");
    assertThat(texts(file("d.json", "[" + a + "][" + b + "]"))).containsExactly("a", "b");
    assertThat(texts(file("e.json", "[]"))).isEmpty();
    assertThat(texts(file("f.json", ""))).isEmpty();
    assertThat(texts(file("part-00000", a + "\n" + a))).containsExactly("a", "a");
    assertThat(bad).isEmpty();
    assertThat(texts(file("g.json", "[" + a + ",5,\"x\",null," + b + "]")))
        .containsExactly("a", "b");
    assertThat(bad).extracting(BadLine::row).containsExactly(2L, 3L, 4L);
  }

  @Test
  void lines_in_a_file_called_json_may_be_bad_too() throws IOException {
    String file = file("a.json", "{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"b\"}\n");
    assertThat(texts(file)).containsExactly("a", "b");
    assertThat(bad).extracting(BadLine::row).containsExactly(2L);
  }

  @Test
  void a_document_with_a_syntax_error_cannot_be_read_on() throws IOException {
    String file = file("a.json", "[{\"text\":\"a\"},\n {\"text\" \"b\"}]");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + ": not JSON: ")
        .hasMessageContaining("line 2, after 1 records");
    assertThatThrownBy(() -> read(file("b.json", "[{\"text\":\"a\"}")))
        .hasMessageContaining("not JSON");
  }

  @Test
  void records_may_lie_inside_a_document() throws IOException {
    String file =
        file(
            "a.json",
            "{\"keywords\":[1],\"example\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"z\":{\"text\":\"c\"}}");
    assertThat(texts(read(file, ReadOptions.DEFAULT.withAt("/example/*"))))
        .containsExactly("a", "b");
    assertThat(texts(read(file, ReadOptions.DEFAULT.withAt("/example")))).containsExactly("a", "b");
    assertThat(texts(read(file, ReadOptions.DEFAULT.withAt("/z")))).containsExactly("c");
    assertThatThrownBy(() -> read(file, ReadOptions.DEFAULT.withAt("/examples/*")))
        .hasMessageContaining("there is no examples; there is keywords, example, z");
    assertThatThrownBy(() -> read(file, ReadOptions.DEFAULT.withAt("example")))
        .hasMessageContaining("begins with /");
    String members = file("b.json", "{\"d1\":{\"text\":\"a\"},\"d2\":{\"text\":\"b\"}}");
    List<DataRecord> records = read(members, ReadOptions.DEFAULT.withAt("/*"));
    assertThat(records).extracting(DataRecord::id).containsExactly("d1", "d2");
  }

  @Test
  void tables_of_text_by_rfc_4180() throws IOException {
    String file =
        file(
            "a.csv",
            "\uFEFF\"q\",a,n\r\n\"one\n\"\"two\"\", three\",\"\",\r\nx, y ,[1]\r\n\r\nlast,\u4e2d,\"[1\"");
    assertThat(read(file))
        .extracting(record -> ((RowRecord) record).fields())
        .satisfiesExactly(
            first -> {
              assertThat(first).containsEntry("q", "one\n\"two\", three").containsEntry("a", "");
              assertThat(first).containsEntry("n", null);
            },
            second -> assertThat(second).isEqualTo(Map.of("q", "x", "a", " y ", "n", "[1]")),
            third -> assertThat(third).isEqualTo(Map.of("q", "last", "a", "中", "n", "[1")));
    assertThat(bad).isEmpty();
    assertThat(texts(file("b.tsv", "q\ta\n1,2\t3\n"))).containsExactly("{q=1,2, a=3}");
    assertThat(
            texts(
                read(
                    file("c.tsv", "1\t2\n3\t4"),
                    ReadOptions.DEFAULT.withHeader(List.of("x", "y")))))
        .containsExactly("{x=1, y=2}", "{x=3, y=4}");
  }

  @Test
  void a_wrong_row_of_a_table_is_a_bad_line() throws IOException {
    String file = file("a.csv", "q,a\n1,2\n1,2,3\n\"x\"y,2\n5,6\n\"no end,\n7,8\n");
    assertThat(texts(file)).containsExactly("{q=1, a=2}", "{q=5, a=6}");
    assertThat(bad)
        .extracting(BadLine::reason)
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("3 cells, but there are 2 columns"),
            second -> assertThat(second).contains("follows a closing quote in line 4"),
            third -> assertThat(third).contains("a quote in line 6 has no end"));
    assertThat(bad.getFirst().raw()).asString(StandardCharsets.UTF_8).isEqualTo("1,2,3");
    assertThatThrownBy(() -> read(file("b.csv", "a,a\n")))
        .hasMessageContaining("two columns are called 'a'");
    assertThat(texts(file("c.csv", ",b\n1,2"))).containsExactly("{column_1=1, b=2}");
    assertThat(texts(file("d.csv", ""))).isEmpty();
  }

  @Test
  void lines_of_text() throws IOException {
    assertThat(texts(file("a.txt", "one\n\ntwo\r\n"))).containsExactly("one", "two");
  }

  @Test
  void folders_and_globs_in_the_order_of_names() throws IOException {
    file("d/b.jsonl", "{\"text\":\"b\"}\n");
    file("d/a/z.json", "[{\"text\":\"z\"}]");
    file("d/a/.hidden.jsonl", "{\"text\":\"no\"}\n");
    file("d/_temporary/x.jsonl", "{\"text\":\"no\"}\n");
    file("d/a/readme.md", "no");
    file("d/dataset_info.json", "{}");
    file("d/c.jsonl.gz", gz("{\"text\":\"c\"}\n"));
    file("d/B.jsonl", "{\"text\":\"B\"}\n");
    assertThat(texts(folder + "/d")).containsExactly("B", "z", "b", "c");
    assertThat(texts(folder + "/d/*.jsonl")).containsExactly("B", "b");
    assertThat(texts(folder + "/**/*.{json,gz}")).contains("z", "c");
    assertThat(RecordFiles.names(folder + "/d/*.jsonl"))
        .containsExactly(folder + "/d/B.jsonl", folder + "/d/b.jsonl");
    assertThatThrownBy(() -> read(folder + "/d/*.parquet")).hasMessageContaining("matches no file");
    assertThatThrownBy(() -> read(folder + "/nothing.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file");
    Files.createDirectories(folder.resolve("empty"));
    assertThatThrownBy(() -> read(folder + "/empty")).hasMessageContaining("holds no file");
  }

  @Test
  void members_of_archives() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("in/b.jsonl", "in/a.json", "__MACOSX/in/a.json", "notes.md")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(("{\"text\":\"" + name + "\"}\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    String file = file("a.zip", bytes.toByteArray());
    List<DataRecord> records = read(file);
    assertThat(texts(records)).containsExactly("in/a.json", "in/b.jsonl");
    assertThat(records.getFirst().head().provenance().origin().orElseThrow().file())
        .isEqualTo(file + "!in/a.json");
    assertThat(texts(file + "!in/b.jsonl")).containsExactly("in/b.jsonl");
    assertThat(texts(file + "!**.jsonl")).containsExactly("in/b.jsonl");
    assertThatThrownBy(() -> read(file + "!c.jsonl")).hasMessageContaining("has no member c.jsonl");
    assertThatThrownBy(() -> read(file("b.zip", "not a zip")))
        .hasMessageContaining("not a zip archive");
    assertThatThrownBy(() -> read(file("c.jsonl", bytes.toByteArray())))
        .hasMessageContaining("its name must end in .zip");
  }

  @Test
  void rows_are_counted_from_one_as_their_file_counts_them() throws IOException {
    assertThat(rows(read(file("a.csv", "q\nx\ny\n")))).containsExactly(1L, 2L);
    assertThat(rows(read(file("a.json", "[{\"text\":\"\"},{\"text\":\"\"}]"))))
        .containsExactly(1L, 2L);
  }

  @Test
  void the_format_is_that_of_the_first_record_or_the_one_that_is_asked_for() throws IOException {
    String file =
        file(
            "a.jsonl", "{\"text\":\"a\"}\n{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}\n");
    assertThat(texts(file)).containsExactly("a");
    assertThat(bad.getFirst().reason()).startsWith("as text: text: found nothing");
    assertThat(read(file, ReadOptions.DEFAULT.withFormat(RecordFormat.ROWS)))
        .hasSize(2)
        .allMatch(RowRecord.class::isInstance);
  }
}
