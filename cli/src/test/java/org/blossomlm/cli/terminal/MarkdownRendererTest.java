package org.blossomlm.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Markdown in a terminal")
class MarkdownRendererTest {
  private static final int WIDE = 1000;

  /** What a terminal receives, with {@code ESC[...m} written as {@code <...>}. */
  private static String render(String markdown, int columns) {
    return renderInPieces(markdown, columns, markdown.length() + 1, new Random(1));
  }

  private static String renderInPieces(String markdown, int columns, int longest, Random random) {
    var bytes = new ByteArrayOutputStream();
    AnswerSink sink = AnswerSink.markdown(new Output(bytes), () -> columns);
    for (int i = 0; i < markdown.length(); ) {
      int end = Math.min(markdown.length(), i + 1 + random.nextInt(longest));
      if (end < markdown.length() && Character.isLowSurrogate(markdown.charAt(end))) {
        end++; // The engine never hands over half a character.
      }
      sink.write(markdown.substring(i, end));
      i = end;
    }
    sink.end();
    return bytes.toString(StandardCharsets.UTF_8).replaceAll("\033\\[([0-9;]*)m", "<$1>");
  }

  private static String text(String rendered) {
    return rendered.replaceAll("<[0-9;]*>", "");
  }

  @Test
  void bold_and_italic_lose_their_markers() {
    assertThat(render("a **b c** d *e* ***f***", WIDE))
        .isEqualTo("a <0;1>b c <0>d <0;3>e <0;1;3>f<0>\n");
  }

  @Test
  void styles_nest() {
    assertThat(text(render("**bold *both* bold** plain", WIDE)))
        .isEqualTo("bold both bold plain\n");
    assertThat(render("**a *b***", WIDE)).contains("<0;1>a").contains("<0;1;3>b");
  }

  @Test
  void code_spans_keep_what_is_in_them() {
    assertThat(render("use `a**b**` or ``x`y``", WIDE))
        .isEqualTo("use <0;36>a**b** <0>or <0;36>x`y<0>\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2 * 3 * 4",
        "2**3 and 4**5",
        "f(x)*g(x)*h",
        "snake_case_name and __init__.py",
        "a ** b",
        "an * open star",
        "an **open bold",
        "an open `tick",
        "C:\\dir\\*.txt",
        "\\( x^2 \\) and \\[ y \\]",
        "**",
        "`",
        "1.5 and 2.",
        "#hashtag #another",
        "-5 degrees",
        "| a | b |",
        "<think> a </think>",
        "[link](https://example.org/a_b_c)",
        "价格 * 数量"
      })
  void what_only_looks_like_a_marker_stays(String line) {
    assertThat(text(render(line, WIDE))).isEqualTo(line.replace("\\*", "*") + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'# Title', '<0;1;35>Title<0>'",
    "'- item', '<0;1>• <0>item'",
    "'  * item', '  <0;1>• <0>item'",
    "'12. item', '<0;1>12. <0>item'",
    "'> said', '<0;2>│ said<0>'",
    "'中文**粗体**中文', '中文<0;1>粗体<0>中文'"
  })
  void blocks(String line, String expected) {
    assertThat(render(line, WIDE)).isEqualTo(expected + "\n");
  }

  @Test
  void code_between_fences_is_shown_as_it_is() {
    String code = "```java\nint *p = **q; // `x`\n\n  # no heading\n```\nafter **all**";
    assertThat(text(render(code, 20)))
        .isEqualTo("```java\nint *p = **q; // `x`\n\n  # no heading\n```\nafter all\n");
  }

  @Test
  void the_end_of_an_answer_shows_what_was_held_back() {
    assertThat(text(render("see **this", WIDE))).isEqualTo("see **this\n");
    assertThat(text(render("```", WIDE))).isEqualTo("```\n");
    assertThat(text(render("a\n", WIDE))).isEqualTo("a\n");
    assertThat(render("", WIDE)).isEmpty();
  }

  @Test
  void emphasis_does_not_hold_a_long_text_back() {
    var bytes = new ByteArrayOutputStream();
    AnswerSink sink = AnswerSink.markdown(new Output(bytes), () -> 80);
    sink.write("*Note: " + "word ".repeat(100));
    assertThat(bytes.size()).isGreaterThan(400);
  }

  @Test
  void what_is_shown_does_not_depend_on_how_the_text_arrives() {
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      String markdown = randomMarkdown(random);
      int columns = 8 + random.nextInt(60);
      assertThat(renderInPieces(markdown, columns, 3, random))
          .as("seed %d: %s", seed, markdown)
          .isEqualTo(render(markdown, columns));
    }
  }

  @Test
  void nothing_but_markers_is_ever_lost() {
    for (long seed = 0; seed < 400; seed++) {
      String markdown = randomMarkdown(new Random(seed));
      assertThat(letters(text(render(markdown, 40))))
          .as("seed %d: %s", seed, markdown)
          .isEqualTo(letters(markdown));
    }
  }

  private static String letters(String text) {
    return text.codePoints()
        .filter(Character::isLetterOrDigit)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String randomMarkdown(Random random) {
    String[] pieces = {
      "*",
      "**",
      "***",
      "_",
      "`",
      "``",
      "```",
      "\n",
      "\n",
      "# ",
      "- ",
      "1. ",
      "> ",
      "\\",
      " ",
      " ",
      "word",
      "a",
      "中文字",
      "，",
      "（",
      "7",
      "😀",
      "---",
      "~~~",
      "long-word-that-wraps",
      ".",
      "(",
      ")"
    };
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(60);
    for (int i = 0; i < length; i++) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString();
  }
}
