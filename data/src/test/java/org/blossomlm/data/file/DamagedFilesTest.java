package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.format.RandomRecords;
import org.blossomlm.data.format.RecordJson;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Damaged files")
class DamagedFilesTest {
  @TempDir Path folder;

  /** Reads on until the end or an error of ours; anything else fails the test. */
  @ParameterizedTest
  @CsvSource({
    "jsonl, 3000",
    "json, 2000",
    "csv, 2000",
    "tsv, 1000",
    "jsonl.gz, 1000",
    "jsonl.zst, 1000",
    "parquet, 30"
  })
  void give_records_bad_lines_or_one_clear_error(String ending, int rounds) throws IOException {
    long seed = 20 + ending.hashCode();
    Random random = new Random(seed);
    Path whole = folder.resolve("whole." + ending);
    RandomRecords records = new RandomRecords(random);
    try (RecordWriter writer = RecordFiles.write(whole, WriteOptions.DEFAULT)) {
      for (int i = 0; i < 20; i++) {
        writer.write(records.plainChat(i));
      }
      writer.commit();
    }
    byte[] bytes = Files.readAllBytes(whole);
    Path file = folder.resolve("damaged." + ending);
    for (int round = 0; round < rounds; round++) {
      Files.write(file, damaged(bytes, random));
      String where = "seed %d, round %d, %s".formatted(seed, round, ending);
      try (RecordReader reader = RecordFiles.read(file.toString(), ReadOptions.DEFAULT)) {
        for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
          assertThat(RecordJson.read(RecordJson.write(next.get()))).as(where).isEqualTo(next.get());
        }
      } catch (DataException e) {
        assertThat(e).as(where).hasMessageStartingWith(file + ": ");
        assertThat(String.valueOf(e.getMessage()).lines()).as(where).hasSize(1);
      } catch (RuntimeException e) {
        throw new AssertionError(where, e);
      }
    }
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    String interesting = "{}[]\",:\\\n\r\t0-e\u0000u";
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) interesting.charAt(random.nextInt(interesting.length()));
        case 2 -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(1, 50), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
        default -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
      }
    }
    return bytes;
  }
}
