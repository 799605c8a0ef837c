package org.blossomlm.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.Provenance.Step;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // Class files of records do not say that values may be null.
@DisplayName("A record as a line of JSON")
class RecordJsonTest {
  private static final RecordHead FULL =
      new RecordHead(
          "a/1",
          map("score", 0.5, "none", null, "nested", map("list", List.of(1, "two"))),
          Provenance.from("in.jsonl", 7)
              .and(new Step("distil", List.of("k1", "k2")))
              .and(new Step("length", List.of())),
          Optional.of("429: too many requests"),
          map("source", "wild", "type", "not ours", "extra_fields", 3, "provenance", null));

  private static Map<String, @Nullable Object> map(Object... entries) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }

  private static void comesBack(DataRecord record) {
    String line = RecordJson.write(record);
    assertThat(line).doesNotContain("\n");
    assertThat(RecordJson.read(line)).isEqualTo(record);
  }

  @Test
  void every_kind_comes_back_as_it_was() {
    ChatMessage call =
        new ChatMessage(
            Role.ASSISTANT,
            new Content.None(),
            Optional.of("let me see"),
            List.of(new ToolCall("c1", "weather", map("city", "上海", "days", 3, "deep", null))),
            Optional.empty(),
            Optional.empty(),
            map("weight", 0));
    ChatMessage result =
        new ChatMessage(
            Role.TOOL,
            "{\"t\": 21}",
            Optional.empty(),
            List.of(),
            Optional.of("c1"),
            Optional.of("weather"),
            map());
    ChatMessage picture =
        ChatMessage.of(
            Role.USER,
            new Content.Parts(
                List.of(
                    new ContentPart.Text("what is this?"),
                    new ContentPart.Image("cat.png", Optional.of("low")),
                    new ContentPart.Image("dog.png", Optional.empty()))));
    List<ChatMessage> messages =
        List.of(ChatMessage.system(""), picture, call, result, ChatMessage.assistant("21 °C"));
    comesBack(new ChatRecord(FULL, messages, List.of(Map.of("type", "function"))));
    comesBack(new TextRecord(FULL, "line\nline\u2028\u0085\uD83C\uDF38"));
    comesBack(new RowRecord(FULL, map("id", 5, "type", "chat", "a", null, "b", List.of())));
    comesBack(
        new PreferenceRecord(
            FULL,
            List.of(ChatMessage.user("hi")),
            List.of(ChatMessage.assistant("hello")),
            List.of()));
    comesBack(new TextRecord(RecordHead.of("x"), ""));
    comesBack(new TextRecord(RecordHead.of("x").failed(""), ""));
  }

  @Test
  void members_that_say_nothing_are_left_out() {
    assertThat(
            RecordJson.write(
                new ChatRecord(RecordHead.of("7"), List.of(ChatMessage.user("Hello")))))
        .isEqualTo(
            "{\"id\":\"7\",\"type\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
  }

  @Test
  void a_message_keeps_unknown_fields_even_by_the_names_of_known_ones() {
    ChatMessage message =
        MessageJson.withExtra(ChatMessage.user("x"), map("role", "pirate", "content", 4));
    comesBack(new ChatRecord(RecordHead.of("1"), List.of(message)));
  }

  @Test
  void numbers_keep_their_digits() {
    BigDecimal fine = new BigDecimal("0.12345678901234567890123");
    BigDecimal huge = new BigDecimal("1E+400");
    BigInteger big = BigInteger.TWO.pow(80);
    comesBack(
        new RowRecord(
            RecordHead.of("n"),
            map("a", fine, "b", huge, "c", big, "d", 1L << 40, "e", 0.1, "f", 1e300, "g", -0.0)));
  }

  @Test
  void half_a_surrogate_pair_survives() {
    String broken = "a\uD83Cb\uDF38c\uD83C";
    comesBack(new TextRecord(RecordHead.of("s"), broken));
    assertThat(RecordJson.write(new TextRecord(RecordHead.of("s"), broken)))
        .contains("\\ud83c")
        .matches(line -> line.chars().noneMatch(c -> Character.isSurrogate((char) c)));
  }

  @Test
  void no_character_of_a_line_ends_it() {
    String line = RecordJson.write(new TextRecord(RecordHead.of("s"), "a\n\r\u0085\u2028\u2029b"));
    assertThat(line.lines()).hasSize(1);
    assertThat(line).doesNotContain("\u0085").doesNotContain("\u2028").doesNotContain("\u2029");
  }

  @Test
  void what_is_not_a_record_is_refused_with_the_reason() {
    refused("", "not JSON: there is nothing");
    refused("{\"id\":\"1\"", "not JSON", "column 10");
    refused("{} {}", "something follows");
    refused("[]", "record: found a list, allowed is an object");
    refused("null", "record: found nothing");
    refused("{\"type\":\"text\",\"content\":\"\"}", "id: found nothing, allowed is a string");
    refused("{\"id\":\"1\",\"content\":\"\"}", "type: found nothing");
    refused("{\"id\":\"1\",\"type\":\"poem\"}", "type: found 'poem'");
    refused(
        "{\"id\":\"1\",\"type\":\"chat\",\"messages\":[{\"role\":\"pirate\"}]}",
        "messages[0].role: found 'pirate'");
    refused("[".repeat(10_000), "not JSON", "200");
    assertThatThrownBy(
            () -> RecordJson.write(new RowRecord(RecordHead.of("1"), map("x", Double.NaN))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a JSON value: NaN");
  }

  private static void refused(String line, String... reasons) {
    assertThatThrownBy(() -> RecordJson.read(line))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(reasons);
  }
}
