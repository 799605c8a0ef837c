package org.blossomlm.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.SpikeGuard;
import org.blossomlm.train.loop.StepReport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decoded by a second implementation of the format, bit by bit, and by TensorBoard where it is. */
@DisplayName("An event file of TensorBoard")
class EventFileTest {
  private static final Instant TIME = Instant.parse("2026-11-25T12:00:00.5Z");

  @TempDir Path folder;

  private record Field(int number, int type, long bits, byte[] data) {
    double asDouble() {
      return Double.longBitsToDouble(bits);
    }

    float asFloat() {
      return Float.intBitsToFloat((int) bits);
    }

    String asText() {
      return new String(data, StandardCharsets.UTF_8);
    }
  }

  /** The data of all records, their checksums compared. */
  private static List<byte[]> records(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(masked(length));
      byte[] data =
          new byte
              [Math.toIntExact(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
      in.get(data);
      assertThat(in.getInt()).isEqualTo(masked(data));
      records.add(data);
    }
    return records;
  }

  private static int masked(byte[] data) {
    long crc = crc32c(data) & 0xffffffffL;
    return (int) (((crc >>> 15 | crc << 17) + 0xa282ead8L) & 0xffffffffL);
  }

  /** By its polynomial, a bit at a time. */
  private static int crc32c(byte[] data) {
    int crc = -1;
    for (byte octet : data) {
      crc ^= octet & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78;
      }
    }
    return ~crc;
  }

  private static List<Field> fields(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    List<Field> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      int key = (int) varint(in);
      int type = key & 7;
      long bits = 0;
      byte[] data = new byte[0];
      switch (type) {
        case 0 -> bits = varint(in);
        case 1 -> bits = in.getLong();
        case 5 -> bits = in.getInt();
        case 2 -> {
          data = new byte[(int) varint(in)];
          in.get(data);
        }
        default -> throw new AssertionError("wire type " + type);
      }
      fields.add(new Field(key >> 3, type, bits, data));
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte octet = in.get();
      value |= (long) (octet & 0x7f) << shift;
      if (octet >= 0) {
        return value;
      }
    }
  }

  private static StepReport step(long step, double loss) {
    return new StepReport(step, 500, loss, 2e-4, 1.5, 2048, 900, 2, SpikeGuard.Verdict.GOOD);
  }

  @Test
  void has_the_checksums_of_the_published_example() {
    // RFC 3720, B.4: 32 bytes of zeros.
    assertThat(crc32c(new byte[32])).isEqualTo(0x8a9136aa);
  }

  @Test
  void begins_with_its_version_and_holds_an_event_for_each_step() throws Exception {
    Path path;
    try (EventFile file = EventFile.create(folder, 1, TIME)) {
      file.step(step(200, 2.5), 100);
      file.evaluation(new EvaluationReport(200, 2.25, 77, true), 100);
      file.scalar("中文/值", -1, Double.NaN, TIME);
      path = file.path();
    }
    List<byte[]> records = records(Files.readAllBytes(path));
    assertThat(records).hasSize(4);

    List<Field> version = fields(records.get(0));
    assertThat(version).extracting(Field::number).containsExactly(1, 2, 3);
    assertThat(version.get(0).asDouble()).isEqualTo(1795608000.5 + 0);
    assertThat(version.get(2).asText()).isEqualTo("brain.Event:2");

    List<Field> event = fields(records.get(1));
    assertThat(event).extracting(Field::number).containsExactly(1, 2, 5);
    assertThat(event.get(1).bits()).isEqualTo(300);
    Map<String, Float> values = new TreeMap<>();
    for (Field value : fields(event.get(2).data())) {
      assertThat(value.number()).isEqualTo(1);
      List<Field> inside = fields(value.data());
      assertThat(inside)
          .extracting(Field::number, Field::type)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(1, 2), org.assertj.core.groups.Tuple.tuple(2, 5));
      values.put(inside.get(0).asText(), inside.get(1).asFloat());
    }
    assertThat(values)
        .containsExactly(
            Map.entry("train/grad_norm", 1.5f),
            Map.entry("train/learning_rate", 2e-4f),
            Map.entry("train/loss", 2.5f),
            Map.entry("train/tokens_per_second", 1024f));

    List<Field> negative = fields(records.get(3));
    assertThat(negative.get(1).bits()).isEqualTo(-1);
    List<Field> value = fields(fields(negative.get(2).data()).getFirst().data());
    assertThat(value.get(0).asText()).isEqualTo("中文/值");
    assertThat(value.get(1).asFloat()).isNaN();
  }

  @Test
  void is_byte_for_byte_what_the_format_says() throws Exception {
    Path path;
    try (EventFile file = EventFile.create(folder, 1, Instant.ofEpochSecond(1))) {
      path = file.path();
    }
    // Length 26, checksum; field 1 as a double, field 2 as a varint, field 3 as text; checksum.
    String text = HexFormat.of().formatHex("brain.Event:2".getBytes(StandardCharsets.UTF_8));
    String hex = HexFormat.of().formatHex(Files.readAllBytes(path));
    assertThat(hex)
        .startsWith("1a00000000000000")
        .contains("09000000000000f03f" + "1000" + "1a0d" + text)
        .hasSize(2 * (26 + 16));
  }

  @Test
  void of_a_run_that_goes_on_is_another_one_that_names_its_first_step() throws Exception {
    try (EventFile first = EventFile.create(folder, 1, TIME);
        EventFile second = EventFile.create(folder, 201, TIME);
        EventFile third = EventFile.create(folder, 301, TIME.plusSeconds(1))) {
      assertThat(List.of(first.path(), second.path(), third.path()))
          .isSortedAccordingTo(
              java.util.Comparator.comparing(path -> path.getFileName().toString()))
          .doesNotHaveDuplicates();
      List<Field> start = fields(records(Files.readAllBytes(second.path())).get(1));
      assertThat(start.get(1).bits()).isEqualTo(201);
      assertThat(start.get(2).number()).isEqualTo(7);
      assertThat(fields(start.get(2).data()))
          .extracting(Field::number, Field::bits)
          .containsExactly(org.assertj.core.groups.Tuple.tuple(1, 1L));
    }
    assertThatThrownBy(() -> EventFile.create(Files.createFile(folder.resolve("file")), 1))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("no event file can be made");
  }

  @Test
  void is_read_by_tensorboard() throws Exception {
    String python = python();
    try (EventFile first = EventFile.create(folder, 1, TIME)) {
      for (int step = 1; step <= 10; step++) {
        first.step(step(step, 3 - 0.1 * step), 0);
      }
      first.evaluation(new EvaluationReport(10, 2.25, 77, true), 0);
    }
    // Steps 6 to 10 were lost with the program.
    try (EventFile second = EventFile.create(folder, 6, TIME.plusSeconds(5))) {
      for (int step = 6; step <= 8; step++) {
        second.step(step(step, 1), 0);
      }
    }
    String script =
        """
        import sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1]); events.Reload()
        for e in events.Scalars("train/loss"): print(e.step, round(e.value, 3))
        print(events.Tags()["scalars"])
        """;
    Process process =
        new ProcessBuilder(python, "-c", script, folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(output)
        .startsWith("1 2.9\n2 2.8\n3 2.7\n4 2.6\n5 2.5\n6 1.0\n7 1.0\n8 1.0\n")
        .contains("train/learning_rate");
  }

  /** With TensorBoard, if there is any: {@code TENSORBOARD_PYTHON} or the one on the path. */
  private static String python() {
    String named = System.getenv("TENSORBOARD_PYTHON");
    String found =
        Stream.of(named == null ? "python3" : named)
            .filter(EventFileTest::hasTensorBoard)
            .findFirst()
            .orElse("");
    assumeTrue(!found.isEmpty(), "no python3 with tensorboard here (TENSORBOARD_PYTHON)");
    return found;
  }

  private static boolean hasTensorBoard(String python) {
    try {
      return new ProcessBuilder(python, "-c", "import tensorboard")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
