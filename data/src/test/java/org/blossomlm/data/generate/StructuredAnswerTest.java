package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.blossomlm.data.DataException;
import org.blossomlm.data.generate.AnswerSchema.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class StructuredAnswerTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final AnswerSchema SCHEMA =
      AnswerSchema.of(Field.text("analysis", "why", "理由"), Field.flag("keep", "stay", "保留"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"analysis\": \"good\", \"keep\": true}",
        "```json\n{\"analysis\": \"good\", \"keep\": true}\n```",
        "```\n{\"analysis\": \"good\", \"keep\": true}\n```",
        "```JSON5 {\"analysis\": \"good\", \"keep\": true}```",
        "Here is my judgement:\n\n{\"analysis\": \"good\", \"keep\": true}\n\nI hope it helps!",
        "结果如下：{\"analysis\": \"good\", \"keep\": true}。",
        "<think>Is {\"analysis\": \"bad\", \"keep\": false} right? No.</think>\n"
            + "{\"analysis\": \"good\", \"keep\": true}",
        "{\"analysis\": \"bad\", \"keep\": false} perhaps\n</think>\n"
            + "{\"analysis\": \"good\", \"keep\": true}",
        "{\"analysis\": \"good\", \"keep\": true,}",
        "{'analysis': 'good', 'keep': true}",
        "{\"analysis\": \"good\", \"keep\": True}",
        "{“analysis”：“good”，“keep”：true}",
        "{\"analysis\"： \"good\"， \"keep\"： true}",
        "{\"analysis\": \"good\", \"keep\": \"true\"}",
        "{\"analysis\": \"good\", \"keep\": \"是\"}",
        "{\"analysis\": \"good\", \"keep\": true, \"confidence\": 0.9}",
        "{\"result\": {\"analysis\": \"good\", \"keep\": true}}",
        "The form is {\"analysis\": ..., \"keep\": ...}, so: {\"analysis\":\"good\",\"keep\":true}",
        "For f(x) = {x | x > 0} I say {\"analysis\": \"good\", \"keep\": true}",
        "First {\"analysis\": \"bad\", \"keep\": false}; corrected: "
            + "{\"analysis\": \"good\", \"keep\": true}",
        "\uFEFF{ \"analysis\" : \"good\" ,\n \"keep\" : true }",
      })
  void an_answer_is_found_whatever_stands_around_it(String text) {
    StructuredAnswer answer = StructuredAnswer.read(text, SCHEMA);
    assertThat(answer.text("analysis")).isEqualTo("good");
    assertThat(answer.flag("keep")).isTrue();
  }

  @Test
  void strings_keep_what_they_say() {
    assertThat(analysis("{'analysis': 'don't, it's fine', 'keep': true}"))
        .isEqualTo("don't, it's fine");
    assertThat(analysis("{\"analysis\": \"a line\nand a\ttab\", \"keep\": true}"))
        .isEqualTo("a line\nand a\ttab");
    assertThat(analysis("{\"analysis\": \"\\( x^2 \\) and \\sqrt{2}\", \"keep\": true}"))
        .isEqualTo("\\( x^2 \\) and \\sqrt{2}");
    assertThat(analysis("{\"analysis\": \"说“好”，也说：‘行’。\", \"keep\": true}"))
        .isEqualTo("说“好”，也说：‘行’。");
    assertThat(analysis("{\"analysis\": \"ends </think> thinking\", \"keep\": true}"))
        .isEqualTo("ends </think> thinking");
    assertThat(analysis("{\"analysis\": \"```json\\n{}\\n```\", \"keep\": true}"))
        .isEqualTo("```json\n{}\n```");
  }

  private static String analysis(String text) {
    return StructuredAnswer.read(text, SCHEMA).text("analysis");
  }

  @Test
  void what_is_wrong_is_said_so_that_a_model_can_mend_it() {
    assertWrong("", "empty");
    assertWrong("I would keep it.", "there is no JSON object in the answer");
    assertWrong("{\"analysis\": \"good\"}", "\"keep\" is missing: it must be true or false");
    assertWrong(
        "{\"analysis\": 7, \"keep\": \"maybe\"}",
        "\"analysis\" must be a string, found 7",
        "\"keep\" must be true or false, found \"maybe\"");
    assertWrong("{\"analysis\": \"good\", \"keep\": tr", "expected a value, found 't'");
    assertWrong("{\"analysis\": \"good", "a string is not closed");
    assertWrong(
        "{\"analysis\": \"he said \"no\" to it\", \"keep\": true}", "expected a comma or }");
    assertWrong("{analysis: \"good\", \"keep\": true}", "expected a key in double quotes");
    assertWrong("{\"analysis\": \"good\",\n\"keep\": }", "line 2, column 9");
    assertWrong("<think>{\"analysis\": \"draft\"", "cannot be read");
    assertWrong("{\"a\":".repeat(1000), "nested more than 64 deep");
  }

  private static void assertWrong(String text, String... said) {
    assertThatThrownBy(() -> StructuredAnswer.read(text, SCHEMA))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(said);
  }

  @Test
  void fields_are_held_to_their_ranges() {
    AnswerSchema schema =
        AnswerSchema.of(
            Field.integer("score", 1, 10, "", ""),
            Field.choice("better", List.of("A", "B", "tie"), "", ""),
            Field.texts("topics", 1, 2, "", ""));
    StructuredAnswer answer =
        StructuredAnswer.read("{\"score\": \"7\", \"better\": \"a\", \"topics\": [\"x\"]}", schema);
    assertThat(answer.integer("score")).isEqualTo(7);
    assertThat(answer.text("better")).isEqualTo("A");
    assertThat(answer.texts("topics")).containsExactly("x");
    assertThat(
            StructuredAnswer.read("{\"score\":7.0,\"better\":\"tie\",\"topics\":[\"x\"]}", schema)
                .integer("score"))
        .isEqualTo(7);
    for (String score : List.of("0", "11", "7.5", "1e400", "1e999999999", "\"7/10\"", "null")) {
      assertThatThrownBy(() ->
              StructuredAnswer.read(
                  "{\"score\":" + score + ",\"better\":\"B\",\"topics\":[\"x\"]}", schema))
          .hasMessageContaining("\"score\" must be a whole number from 1 to 10");
    }
    assertThatThrownBy(() ->
            StructuredAnswer.read(
                "{\"score\":1,\"better\":\"C\",\"topics\":[\"a\",\"b\",\" \"]}", schema))
        .hasMessageContaining("one of \"A\", \"B\", \"tie\"")
        .hasMessageContaining("a list of 1 to 2 strings");
  }

  /** The grammar is JSON's where a text is JSON. */
  @Test
  void every_json_value_is_read_as_jackson_reads_it() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Object value = value(random, 0);
      String json =
          random.nextBoolean()
              ? JSON.writeValueAsString(value)
              : JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
      LenientJson.Parsed parsed = LenientJson.parse(json + " and more", 0);
      assertThat(parsed.value()).as("seed %d: %s", seed, json).isEqualTo(value);
      assertThat(parsed.end()).isEqualTo(json.length());
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 3 ? 3 : 5)) {
      case 0 -> text(random);
      case 1 -> random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
      case 2 -> random.nextBoolean();
      case 3 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(random), value(random, depth + 1));
        }
        yield map;
      }
    };
  }

  private static String text(Random random) {
    String alphabet = "ab \"\\'/{}[]:,\n\t\r\b\f\u0001“”，：。中文😀<think></think>```";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int at = random.nextInt(alphabet.length());
      text.appendCodePoint(alphabet.codePointAt(at));
    }
    // Lone halves of a pair are no text.
    return text.toString().replaceAll("\\p{Cs}", "x");
  }

  private static final String MARKS = "{}[]\"'\\,:，：“”\u0000u\n";

  /** Whatever is thrown at it, it answers or says what is wrong, in bounded time. */
  @Test
  void damaged_text_gives_an_answer_or_one_clear_error() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String good =
        "<think>hm {\"keep\": 1}</think>结果：```json\n"
            + "{\"analysis\": \"it's \\u4e2d \\\"ok\\\" \\\\frac\", 'keep': True,}\n```。";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder(good);
      for (int edits = 1 + random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(4)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, MARKS.charAt(random.nextInt(MARKS.length())));
          case 2 -> text.setLength(at);
          default -> text.insert(at, good, 0, random.nextInt(good.length()));
        }
      }
      try {
        StructuredAnswer answer = StructuredAnswer.read(text.toString(), SCHEMA);
        assertThat(answer.values()).containsOnlyKeys("analysis", "keep");
      } catch (GenerationException e) {
        assertThat(e.getMessage()).as("seed %d: %s", seed, text).isNotBlank().doesNotContain("\n");
      }
    }
  }

  @Test
  void runaway_answers_are_refused_without_being_scanned_for_ever() {
    assertWrong("{".repeat(StructuredAnswer.LONGEST), "expected a key in double quotes");
    assertWrong("{\"".repeat(StructuredAnswer.LONGEST / 2), "JSON");
    assertWrong("x".repeat(StructuredAnswer.LONGEST + 1), "characters, more than");
    assertWrong("{\"analysis\": " + "9".repeat(500_000), "more than 200 digits");
  }

  @Test
  void the_schema_that_services_get_says_the_same() {
    assertThat(SCHEMA.jsonSchema())
        .containsEntry("required", List.of("analysis", "keep"))
        .containsEntry("additionalProperties", false);
    assertThat(SCHEMA.describe(PromptLanguage.EN))
        .isEqualTo("{\n  \"analysis\": a string – why\n  \"keep\": true or false – stay\n}");
    assertThat(SCHEMA.describe(PromptLanguage.ZH)).contains("\"keep\": true 或 false——保留");
  }
}
