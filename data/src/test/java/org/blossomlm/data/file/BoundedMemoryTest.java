package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.format.RecordFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@DisplayName("Memory")
class BoundedMemoryTest {
  private static final int RECORDS = 300_000;

  @TempDir Path folder;

  /** Ten times the heap goes through each type of file, written and read. */
  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "json", "jsonl.zst", "jsonl.gz", "csv", "parquet"})
  void does_not_grow_with_the_file(String ending) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Through.class.getName(),
                folder.resolve("a." + ending).toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).endsWith(RECORDS + " records");
  }

  /** Writes a file and reads it. */
  static final class Through {
    private Through() {}

    public static void main(String[] arguments) {
      Path file = Path.of(arguments[0]);
      try (RecordWriter writer = RecordFiles.write(file, WriteOptions.of(RecordFormat.BLOSSOM))) {
        for (int i = 0; i < RECORDS; i++) {
          String text = ("A sentence of record " + i + ", 一句话。 ").repeat(30);
          writer.write(new TextRecord(RecordHead.of("t" + i), text));
        }
        writer.commit();
      }
      try (RecordReader reader = RecordFiles.read(file.toString(), ReadOptions.DEFAULT)) {
        while (reader.next().isPresent()) {
          // Counted by the reader.
        }
        System.out.println(reader.count().records() + " records");
      }
    }
  }
}
