package org.blossomlm.data.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows become chats, and chats get system messages. */
class RowOperatorsTest {
  @TempDir Path folder;

  private static DataRecord row(Map<String, Object> fields) {
    return new RowRecord(RecordHead.of("r1"), fields);
  }

  private ChatRecord made(String operator, Map<String, Object> arguments, DataRecord record)
      throws InterruptedException {
    OperatorSpec spec =
        RowOperators.all().stream()
            .filter(each -> each.name().equals(operator))
            .findFirst()
            .orElseThrow();
    Map<String, Object> all = new LinkedHashMap<>(arguments);
    for (Parameter parameter : spec.parameters()) {
      parameter.defaultValue().ifPresent(value -> all.putIfAbsent(parameter.name(), value));
    }
    RecordOperator made = (RecordOperator) spec.factory().apply(new Arguments(all, folder));
    Outcome.Keep kept = (Outcome.Keep) made.apply(record, new SeededContext());
    assertThat(kept.records()).hasSize(1);
    return (ChatRecord) kept.records().getFirst();
  }

  private record SeededContext() implements OperatorContext {
    @Override
    public String step() {
      return "test";
    }

    @Override
    public RandomGenerator random(DataRecord record) {
      return new Random(record.id().hashCode() * 7919L);
    }

    @Override
    public RandomGenerator random() {
      return new Random(1);
    }

    @Override
    public Teacher teacher(String name) {
      throw new AssertionError("no teacher is asked");
    }

    @Override
    public void count(String what, long amount) {}
  }

  private static List<String> shown(ChatRecord chat) {
    return chat.messages().stream()
        .map(message -> message.role().wireName() + ": " + message.content())
        .toList();
  }

  @Test
  void messagesAreTemplatesWithFieldsOfTheRow() throws InterruptedException {
    ChatRecord chat =
        made(
            "row_to_chat",
            Map.of(
                "user",
                "{{ problem }}\n{% for o in options %}{{ o[0].aoVal }}. {{ o[0].content | trim }}\n"
                    + "{% endfor %}",
                "system",
                "Explain like to a {{ age }}-year-old.",
                "assistant",
                "{{ answers[0] }}"),
            row(
                Map.of(
                    "problem",
                    "1 + 1 = ?",
                    "age",
                    5L,
                    "answers",
                    List.of("B"),
                    "options",
                    List.of(
                        List.of(Map.of("aoVal", "A", "content", "1 ")),
                        List.of(Map.of("aoVal", "B", "content", "2 "))))));
    assertThat(shown(chat))
        .containsExactly(
            "system: Explain like to a 5-year-old.", "user: 1 + 1 = ?\nA. 1\nB. 2", "assistant: B");
    assertThat(chat.id()).isEqualTo("r1");
  }

  @Test
  void bracesInAFieldAreText() throws InterruptedException {
    ChatRecord chat =
        made("row_to_chat", Map.of("user", "{{ q }}"), row(Map.of("q", "What is {{ x }}?")));
    assertThat(shown(chat)).containsExactly("user: What is {{ x }}?");
  }

  @Test
  void messagesThatGiveNothingAreLeftOut() throws InterruptedException {
    ChatRecord chat =
        made(
            "row_to_chat",
            Map.of("user", "{{ q }}", "system", "{{ s }}", "assistant", "{{ a }}"),
            row(Map.of("q", "Hello?", "a", " ")));
    assertThat(shown(chat)).containsExactly("user: Hello?");
  }

  @Test
  void aRowWithoutAUserMessageFailsAndNamesItsFields() {
    assertThatThrownBy(
            () -> made("row_to_chat", Map.of("user", "{{ question }}"), row(Map.of("Q", "Hm?"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gives nothing")
        .hasMessageContaining("[Q]");
  }

  @Test
  void aBrokenTemplateIsRefusedBeforeAnyRecord() {
    assertThatThrownBy(() -> made("row_to_chat", Map.of("user", "{{ q "), row(Map.of("q", "?"))))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("user: not a template");
  }

  @Test
  void aTextIsARowWithOneField() throws InterruptedException {
    ChatRecord chat =
        made(
            "row_to_chat",
            Map.of("user", "{{ text }}"),
            new TextRecord(RecordHead.of("t1"), "写一首诗。"));
    assertThat(shown(chat)).containsExactly("user: 写一首诗。");
  }

  @Test
  void aChatIsNoRow() {
    assertThatThrownBy(() ->
            made(
                "row_to_chat",
                Map.of("user", "{{ text }}"),
                new ChatRecord(RecordHead.of("c1"), List.of(ChatMessage.user("Hi")))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("format: rows");
  }

  @Test
  void metadataAreTemplatesValuesAndWholeFields() throws InterruptedException {
    ChatRecord chat =
        made(
            "row_to_chat",
            Map.of(
                "user", "{{ q }}",
                "metadata", Map.of("answer", "{{ a }}", "unit", "{{ u }}", "grade", 3L),
                "keep_fields", List.of("options")),
            row(Map.of("q", "?", "a", "#### 72", "options", List.of("x", "y")))
                .withMetadata("language", "en"));
    assertThat(chat.head().metadata())
        .containsOnly(
            Map.entry("language", "en"),
            Map.entry("answer", "#### 72"),
            Map.entry("grade", 3L),
            Map.entry("options", List.of("x", "y")));
  }

  @Test
  void aFieldToKeepMustBeThere() {
    assertThatThrownBy(() ->
            made(
                "row_to_chat",
                Map.of("user", "{{ q }}", "keep_fields", List.of("options")),
                row(Map.of("q", "?"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no field options");
  }

  @Test
  void speakersOfADialogueTakeTurnsWhereNoneIsNamed() throws InterruptedException {
    ChatRecord chat =
        made(
            "dialogue_to_chat",
            Map.of("text", "message"),
            row(
                Map.of(
                    "messages",
                    List.of(
                        Map.of("message", "知道这部电影吗？"),
                        Map.of("message", "知道。", "attrs", List.of()),
                        Map.of("message", "导演是谁？")))));
    assertThat(shown(chat)).containsExactly("user: 知道这部电影吗？", "assistant: 知道。", "user: 导演是谁？");
  }

  @Test
  void messagesOfOneSpeakerInARowBecomeOne() throws InterruptedException {
    ChatRecord chat =
        made(
            "dialogue_to_chat",
            Map.of("messages", "turns", "speaker", "role"),
            row(
                Map.of(
                    "turns",
                    List.of(
                        Map.of("role", "usr", "content", "你好，"),
                        Map.of("role", "usr", "content", "推荐一家餐馆。"),
                        Map.of("role", "sys", "content", "好的。")))));
    assertThat(shown(chat)).containsExactly("user: 你好，\n推荐一家餐馆。", "assistant: 好的。");
  }

  @Test
  void aDialogueUpToATurnWaitsForAnAnswer() throws InterruptedException {
    DataRecord row = row(Map.of("turns", List.of("One", "Two", "Three", "Four")));
    assertThat(shown(made("dialogue_to_chat", Map.of("messages", "turns", "up_to_turn", 1L), row)))
        .containsExactly("user: One");
    assertThat(shown(made("dialogue_to_chat", Map.of("messages", "turns", "up_to_turn", 2L), row)))
        .containsExactly("user: One", "assistant: Two", "user: Three");
    assertThat(shown(made("dialogue_to_chat", Map.of("messages", "turns", "up_to_turn", 9L), row)))
        .containsExactly("user: One", "assistant: Two", "user: Three");
  }

  @Test
  void aDialogueOfTextsAlone() throws InterruptedException {
    ChatRecord chat =
        made(
            "dialogue_to_chat",
            Map.of("messages", "turns"),
            row(Map.of("turns", List.of("One", "Two"))));
    assertThat(shown(chat)).containsExactly("user: One", "assistant: Two");
  }

  @Test
  void aMessageWithoutTextOrSpeakerFailsWithItsPlace() {
    assertThatThrownBy(() ->
            made(
                "dialogue_to_chat",
                Map.of(),
                row(Map.of("messages", List.of(Map.of("content", "a"), Map.of("text", "b"))))))
        .hasMessageContaining("message 2 has no text in content")
        .hasMessageContaining("[text]");
    assertThatThrownBy(() ->
            made(
                "dialogue_to_chat",
                Map.of("speaker", "who"),
                row(Map.of("messages", List.of(Map.of("content", "a"))))))
        .hasMessageContaining("message 1 has no speaker in who");
    assertThatThrownBy(() -> made("dialogue_to_chat", Map.of(), row(Map.of("dialog", List.of()))))
        .hasMessageContaining("no list of messages in messages; it has [dialog]");
  }

  private ChatRecord drawn(Map<String, Object> arguments, String id, Map<String, Object> metadata)
      throws InterruptedException {
    RecordHead head = RecordHead.of(id).withMetadata(new LinkedHashMap<>(metadata));
    return made(
        "system_prompt_drawer", arguments, new ChatRecord(head, List.of(ChatMessage.user("Hi"))));
  }

  @Test
  void everySystemPromptIsDrawnAndTheSameRecordDrawsTheSame() throws Exception {
    Files.writeString(
        folder.resolve("orca.json"), "{\"messages\": [\"\", \"Be brief.\", \"Think.\"]}");
    Map<String, Object> arguments = Map.of("prompts", "orca.json", "at", "/messages");
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ChatRecord chat = drawn(arguments, "id" + i, Map.of());
      assertThat(chat).isEqualTo(drawn(arguments, "id" + i, Map.of()));
      seen.add(chat.first(Role.SYSTEM).map(ChatMessage::content).orElse("(none)"));
      assertThat(chat.last(Role.USER).orElseThrow().content()).isEqualTo("Hi");
    }
    assertThat(seen).contains("(none)", "Be brief.", "Think.").doesNotContain("");
  }

  @Test
  void onlyPromptsInTheLanguageOfTheRecordAreDrawn() throws Exception {
    Files.writeString(
        folder.resolve("prompts.jsonl"),
        """
        {"language": "zh", "prompt": "请简短。"}
        {"language": "en", "prompt": "Be brief."}
        """);
    Map<String, Object> arguments = Map.of("prompts", "prompts.jsonl", "match", "language");
    for (int i = 0; i < 20; i++) {
      assertThat(drawn(arguments, "id" + i, Map.of("language", "zh")).first(Role.SYSTEM))
          .contains(ChatMessage.system("请简短。"));
    }
    assertThatThrownBy(() -> drawn(arguments, "x", Map.of("language", "fr")))
        .hasMessageContaining("prompts.jsonl has no prompt with language = fr; there are: zh, en");
  }

  @Test
  void aChatKeepsItsOwnSystemMessageAndShareLeavesSomeWithout() throws Exception {
    Files.writeString(folder.resolve("prompts.txt"), "Be brief.\n\n");
    ChatRecord own =
        new ChatRecord(
            RecordHead.of("own"), List.of(ChatMessage.system("Mine."), ChatMessage.user("Hi")));
    assertThat(made("system_prompt_drawer", Map.of("prompts", "prompts.txt"), own)).isEqualTo(own);
    assertThat(
            drawn(Map.of("prompts", "prompts.txt", "share", 0.0), "a", Map.of()).first(Role.SYSTEM))
        .isEmpty();
  }

  @Test
  void aListWithoutPromptsIsRefused() throws Exception {
    Files.writeString(folder.resolve("object.json"), "{\"messages\": []}");
    assertThatThrownBy(() -> drawn(Map.of("prompts", "object.json"), "a", Map.of()))
        .hasMessageContaining("no array at \"\"");
    assertThatThrownBy(
            () -> drawn(Map.of("prompts", "object.json", "at", "/messages"), "a", Map.of()))
        .hasMessageContaining("has no prompts");
    assertThatThrownBy(() -> drawn(Map.of("prompts", "gone.txt"), "a", Map.of()))
        .hasMessageContaining("gone.txt");
  }
}
