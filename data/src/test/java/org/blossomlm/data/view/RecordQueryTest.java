package org.blossomlm.data.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.format.RecordFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("A query")
class RecordQueryTest {
  private static final long SOON = Duration.ofSeconds(2).toNanos();

  private static RecordQuery query(String text, boolean regex) {
    return RecordQuery.of(
        Optional.of(text),
        regex,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Entry entry(String text) {
    return new Entry(
        7,
        Optional.of(new TextRecord(RecordHead.of("id-1"), text)),
        Optional.empty(),
        Optional.empty(),
        "");
  }

  private static boolean matches(RecordQuery query, String text) {
    return query.matches(entry(text), System.nanoTime() + SOON);
  }

  @Test
  void finds_text_whatever_its_case_and_expressions_on_every_line() {
    assertThat(matches(query("ÉCOLE", false), "une école")).isTrue();
    assertThat(matches(query("你好", false), "说你好吧")).isTrue();
    assertThat(matches(query("a.c", false), "abc")).isFalse();
    assertThat(matches(query("a.C", true), "abc")).isTrue();
    assertThat(matches(query("^b$", true), "a\nb\nc")).isTrue();
    assertThat(matches(query("id-1", false), "")).isTrue();
  }

  @Test
  void that_is_no_expression_says_where() {
    assertThatThrownBy(() -> query("a(b", true))
        .isInstanceOf(ViewException.class)
        .hasMessageContaining("not a regular expression: Unclosed group");
    assertThatThrownBy(() -> query("x".repeat(1001), false)).hasMessageContaining("at most 1000");
  }

  @Test
  void that_would_take_for_ever_ends_in_time() {
    // The moment is over; how long an expression takes by itself depends on the machine.
    RecordQuery slow = query("z$", true);
    assertThatThrownBy(() -> slow.matches(entry("a".repeat(5000)), System.nanoTime() - 1))
        .isInstanceOf(ViewException.class)
        .hasMessage("the expression takes too long on record 7; make it simpler");
    RecordQuery deep = query("(a|b)*c", true);
    assertThatThrownBy(() -> matches(deep, "ab".repeat(200_000)))
        .isInstanceOf(ViewException.class)
        .hasMessageContaining("on record 7; make it simpler");
  }

  @Test
  void never_passes_over_a_line_that_it_would_match() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    String letters = "aAbBiIkKsSzZ\u0130 \"\\/\n\t中文é\u00C9ſK\uD83D\uDE00\u0001";
    JsonMapper escaping =
        JsonMapper.builder()
            .enable(tools.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    int found = 0;
    for (int i = 0; i < 20_000; i++) {
      String text = random(random, letters, 12);
      String wanted = random(random, letters, 1 + random.nextInt(2));
      RecordQuery query = query(wanted, false);
      String line =
          random.nextBoolean()
              ? JsonTree.write(RecordFormat.TEXT.write(new TextRecord(RecordHead.of("-"), text)))
              : escaping.writeValueAsString(Map.of("text", text));
      if (!wanted.isEmpty()
          && matches(query, text.replace("id", ""))
          && query.quickLook().isPresent()) {
        boolean inText =
            text.toLowerCase(java.util.Locale.ROOT)
                .contains(wanted.toLowerCase(java.util.Locale.ROOT));
        if (inText) {
          found++;
          assertThat(query.quickLook().get().test(line.getBytes(StandardCharsets.UTF_8)))
              .as("seed %d: %s in %s", seed, wanted, line)
              .isTrue();
        }
      }
    }
    assertThat(found).isPositive();
  }

  private static String random(Random random, String letters, int length) {
    int[] points = letters.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  @Test
  void filters_by_language_source_operator_and_failure() {
    Entry zh = entry("一段中文");
    Entry bad = new Entry(1, Optional.empty(), Optional.of("b.step"), Optional.of("why"), "raw");
    assertThat(filter("zh", "", "", null).matches(zh, 0)).isTrue();
    assertThat(filter("en", "", "", null).matches(zh, 0)).isFalse();
    assertThat(filter("", "gsm8k", "", null).matches(entry("a"), 0)).isFalse();
    Entry sourced =
        new Entry(
            1,
            Optional.of(new TextRecord(RecordHead.of("x").withMetadata("origin", "gsm8k"), "a")),
            Optional.empty(),
            Optional.empty(),
            "");
    assertThat(filter("", "gsm8k", "", null).matches(sourced, 0)).isTrue();
    assertThat(filter("", "", "b.step", null).matches(bad, 0)).isTrue();
    assertThat(filter("", "", "b.other", null).matches(bad, 0)).isFalse();
    assertThat(List.of(bad, zh))
        .filteredOn(each -> filter("", "", "", true).matches(each, 0))
        .containsExactly(bad);
    assertThat(List.of(bad, zh))
        .filteredOn(each -> filter("", "", "", false).matches(each, 0))
        .containsExactly(zh);
  }

  private static RecordQuery filter(
      String language,
      String source,
      String operator,
      @org.jspecify.annotations.Nullable Boolean failed) {
    return RecordQuery.of(
        Optional.empty(),
        false,
        Optional.of(language).filter(text -> !text.isEmpty()),
        Optional.of(source).filter(text -> !text.isEmpty()),
        Optional.of(operator).filter(text -> !text.isEmpty()),
        Optional.ofNullable(failed));
  }
}
