package org.blossomlm.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Word wrap")
class StyledWriterTest {
  private static String wrap(String text, int columns) {
    var bytes = new ByteArrayOutputStream();
    StyledWriter writer = new StyledWriter(new Output(bytes), () -> columns);
    writer.text(text, Set.of());
    writer.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void lines_break_between_words() {
    assertThat(wrap("the quick brown fox", 12)).isEqualTo("the quick\nbrown fox");
  }

  @Test
  void a_word_longer_than_the_line_is_cut() {
    assertThat(wrap("abcdefghijklmnop", 10)).isEqualTo("abcdefghi\njklmnop");
  }

  @Test
  void chinese_characters_take_two_columns_and_break_anywhere() {
    assertThat(wrap("春眠不觉晓处处闻啼鸟", 11)).isEqualTo("春眠不觉晓\n处处闻啼鸟");
  }

  @Test
  void closing_punctuation_does_not_begin_a_line_and_opening_does_not_end_one() {
    assertThat(wrap("一二三四五，六", 11)).isEqualTo("一二三四\n五，六");
    assertThat(wrap("一二三四（五）", 11)).isEqualTo("一二三四\n（五）");
  }

  @Test
  void mixed_text_breaks_between_scripts() {
    assertThat(wrap("使用Java语言", 11)).isEqualTo("使用Java语\n言");
  }

  @Test
  void no_line_is_wider_than_the_terminal() {
    String[] pieces = {"word", " ", "中", "，", "（", "a-very-long-word-indeed", "é", "😀", "\t"};
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      int columns = 10 + random.nextInt(40);
      wrap(text.toString(), columns)
          .lines()
          .forEach(line ->
              assertThat(DisplayWidth.of(line.stripTrailing()))
                  .as("seed with columns %d: %s", columns, line)
                  .isLessThan(columns));
    }
  }

  @Test
  void zero_columns_do_not_wrap() {
    assertThat(wrap("word ".repeat(100).strip(), 0)).isEqualTo("word ".repeat(100).strip());
  }

  @Test
  void a_model_cannot_drive_the_terminal() {
    assertThat(wrap("a\033[2Jb\u0007c\u009Bd", 80)).isEqualTo("a[2Jbcd");
  }

  @Test
  void combining_marks_stay_with_their_letter() {
    assertThat(wrap("e\u0301e\u0301 e\u0301", 80)).isEqualTo("e\u0301e\u0301 e\u0301");
  }

  @Test
  void what_the_program_says_is_broken_between_words_and_keeps_its_lines() {
    var bytes = new ByteArrayOutputStream();
    WrappedText.print("\nthe quick brown fox\njumps", new Output(bytes), () -> 12);
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\nthe quick\nbrown fox\njumps\n");
  }
}
