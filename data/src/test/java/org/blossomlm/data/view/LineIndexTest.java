package org.blossomlm.data.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The index of lines")
class LineIndexTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) throws Exception {
    return Files.write(folder.resolve("lines.jsonl"), bytes);
  }

  @Test
  void knows_a_place_at_or_before_every_line_whatever_its_memory() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    StringBuilder text = new StringBuilder();
    List<Long> begins = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      begins.add((long) text.length());
      text.append("x".repeat(random.nextInt(9)))
          .append(i == 2999 && random.nextBoolean() ? "" : "\n");
    }
    boolean lastIsEmpty = begins.getLast() == text.length();
    long lines = lastIsEmpty ? 2999 : 3000;
    for (int marks : new int[] {2, 8, 64, 4096}) {
      var index = new LineIndex(file(text.toString().getBytes(StandardCharsets.UTF_8)), marks);
      index.scan(() -> false);
      assertThat(index.lines()).as("seed %d", seed).isEqualTo(lines);
      assertThat(index.complete()).isTrue();
      assertThat(index.fraction()).isEqualTo(1);
      assertThat(index.marks()).isLessThanOrEqualTo(marks);
      long stride = Math.max(1, Long.highestOneBit(4 * lines / marks));
      for (int line = 1; line <= lines; line++) {
        LineIndex.Mark mark = index.before(line);
        assertThat(mark.line())
            .as("seed %d", seed)
            .isBetween(Math.max(1, line - stride), (long) line);
        assertThat(mark.offset()).isEqualTo(begins.get((int) mark.line() - 1));
      }
    }
  }

  @Test
  void of_an_empty_file_is_empty() throws Exception {
    var index = new LineIndex(file(new byte[0]), 8);
    index.scan(() -> false);
    assertThat(index.lines()).isZero();
    assertThat(index.complete()).isTrue();
    assertThat(index.before(5)).isEqualTo(new LineIndex.Mark(1, 0));
  }

  @Test
  void that_was_stopped_is_not_complete() throws Exception {
    var index = new LineIndex(file(new byte[10]), 8);
    index.scan(() -> true);
    assertThat(index.complete()).isFalse();
  }
}
