package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.data.filter.OneOperator.answer;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.data.filter.OneOperator.row;
import static org.blossomlm.data.filter.OneOperator.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;

class ContentOperatorsTest {
  private static String said(DataRecord record) {
    return ((ChatRecord) record).last(Role.ASSISTANT).orElseThrow().content();
  }

  @Test
  void everyOperatorHasANameOfItsOwnAndDescribesItself() {
    List<OperatorSpec> specs = FilterOperators.all();
    assertThat(specs)
        .extracting(OperatorSpec::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z]+(_[a-z]+)*"));
    assertThat(specs).allSatisfy(spec -> assertThat(spec.summary()).endsWith("."));
  }

  @Test
  void aChatWithAGivenTextInAnAnswerIsDropped() {
    OneOperator filter = OneOperator.of("chat_content_filter", "contents", List.of("OpenAI"));
    assertThat(filter.run(answer("made by OpenAI")).reasons())
        .containsExactly("contains a given text");
    assertThat(filter.run(answer("made by openai")).kept()).hasSize(1);
    assertThat(filter.run(chat("a", "OpenAI?", "yes")).kept()).hasSize(1);
  }

  @Test
  void contentsMatchAsSubstringsWordsOrPatterns() {
    assertThat(
            OneOperator.of("text_content_filter", "contents", List.of("cat"), "match", "word")
                .run(text("1", "concatenate"), text("2", "a cat."), text("3", "我的cat很好"))
                .droppedIds())
        .containsExactly("2", "3");
    assertThat(
            OneOperator.of("text_content_filter", "contents", List.of("\\d{3}"), "match", "regex")
                .run(text("1", "12"), text("2", "123"))
                .droppedIds())
        .containsExactly("2");
    assertThatThrownBy(
            () -> OneOperator.of("text_content_filter", "contents", List.of("("), "match", "regex"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'(' is not a pattern");
    assertThatThrownBy(() -> OneOperator.of("text_content_filter", "contents", List.of("")))
        .hasMessageContaining("empty text");
  }

  @Test
  void reverseKeepsWhatWouldGoAndFailedRecordsPassBy() {
    OneOperator filter =
        OneOperator.of("text_content_filter", "contents", List.of("x"), "reverse", true);
    OneOperator.Result result =
        filter.run(text("1", "x"), text("2", "y"), text("3", "y").failed("no answer"));
    assertThat(result.keptIds()).containsExactly("1", "3");
  }

  @Test
  void reasoningCountsOnlyWhereAskedFor() {
    ChatMessage thinking =
        new ChatMessage(
            Role.ASSISTANT,
            "fine",
            Optional.of("secret"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    ChatRecord record = chat("a", ChatMessage.user("?"), thinking);
    assertThat(
            OneOperator.of("chat_content_filter", "contents", List.of("secret")).run(record).kept())
        .hasSize(1);
    assertThat(
            OneOperator.of(
                    "chat_content_filter", "contents", List.of("secret"), "filter_reasoning", true)
                .run(record)
                .dropped())
        .hasSize(1);
  }

  @Test
  void replacementsAreLiteralAlsoWhereCaseDoesNotMatter() {
    OneOperator replacer =
        OneOperator.of(
            "chat_content_replacer",
            "replacements",
            Map.of("a.c", "\\1 $0"),
            "case_sensitive",
            false);
    assertThat(said(replacer.run(answer("A.C abc")).only())).isEqualTo("\\1 $0 abc");
  }

  @Test
  void theTwinsChangeTextsAndFieldsOfRows() {
    assertThat(
            OneOperator.of("text_content_replacer", "replacements", Map.of("a", "b"))
                .run(text("1", "aa"))
                .only())
        .isEqualTo(text("1", "bb"));
    RowRecord row = row("1", "q", "aa", "n", 1, "z", "aa");
    assertThat(
            OneOperator.of(
                    "row_content_replacer",
                    "replacements",
                    Map.of("a", "b"),
                    "fields",
                    List.of("q"))
                .run(row)
                .only())
        .isEqualTo(row("1", "q", "bb", "n", 1, "z", "aa"));
  }

  @Test
  void imagesAndEverySideOfAPreferencePairStayInPlace() {
    Content parts =
        new Content.Parts(
            List.of(
                new ContentPart.Text(" a "),
                new ContentPart.Image("file.png", Optional.empty()),
                new ContentPart.Text(" b ")));
    PreferenceRecord pair =
        new PreferenceRecord(
            RecordHead.of("p"),
            List.of(ChatMessage.user(" q ")),
            List.of(ChatMessage.of(Role.ASSISTANT, parts)),
            List.of(ChatMessage.assistant(" c ")));
    PreferenceRecord trimmed =
        (PreferenceRecord) OneOperator.of("chat_content_trimmer").run(pair).only();
    assertThat(trimmed.prompt().getFirst().content()).isEqualTo(" q ");
    assertThat(((Content.Parts) trimmed.chosen().getFirst().body()).parts())
        .containsExactly(
            new ContentPart.Text("a"),
            new ContentPart.Image("file.png", Optional.empty()),
            new ContentPart.Text("b"));
    assertThat(trimmed.rejected().getFirst().content()).isEqualTo("c");
  }

  @Test
  void whiteSpaceIncludesTheIdeographicAndTheNoBreakSpace() {
    assertThat(said(OneOperator.of("chat_content_trimmer").run(answer("\u3000 你好\u00A0\n")).only()))
        .isEqualTo("你好");
    assertThat(
            ((TextRecord)
                    OneOperator.of("text_content_trimmer", "strip_chars", "*-")
                        .run(text("1", "*-a-b-*"))
                        .only())
                .text())
        .isEqualTo("a-b");
  }

  @Test
  void anOperatorForAnotherKindOfRecordFailsTheRecordWithAReason() {
    assertThat(
            OneOperator.of("chat_turn_filter").run(text("1", "a")).only().failure().orElseThrow())
        .contains("chat_turn_filter works on chats, and this is a text record");
  }

  @Test
  void repetitionIsTheShareOfTheMostFrequentNGrams() {
    // One n-gram, twice: min(floor(sqrt(1)), 1 - 0) = 1 of them makes up all.
    assertThat(CharacterRepetition.ratio("a".repeat(11), 10)).isEqualTo(1);
    // 101 n-grams; 10 distinct, one of them 11 times and the others 10: three make up 31.
    assertThat(CharacterRepetition.ratio("0123456789".repeat(11), 10))
        .isCloseTo(31.0 / 101, within(1e-12));
    // ab ba ab ba ab ba ab: two distinct, the square root of two is one: 4 of 7.
    assertThat(CharacterRepetition.ratio("abababab", 2)).isCloseTo(4.0 / 7, within(1e-12));
    assertThat(CharacterRepetition.ratio("short", 10)).isZero();
    assertThat(CharacterRepetition.ratio("abcdefghijklmnop", 10)).isZero();
    assertThat(CharacterRepetition.ratio("𝒂𝒂𝒂", 2)).isEqualTo(1);
  }

  @Test
  void repetitiveAnswersAreDroppedLikeBlossomDataDoes() {
    OneOperator filter = OneOperator.of("chat_repetition_filter");
    assertThat(filter.run(answer("a".repeat(11))).dropped()).hasSize(1);
    assertThat(filter.run(answer("hello world ".repeat(10))).kept()).hasSize(1);
    assertThat(
            OneOperator.of("text_repetition_filter", "n", 2).run(text("1", "abababab")).dropped())
        .hasSize(1);
    assertThat(filter.run(answer("short")).kept()).hasSize(1);
  }

  @Test
  void lengthsAreCharactersNotSurrogates() {
    OneOperator filter = OneOperator.of("text_length_filter", "min_len", 2, "max_len", 3);
    assertThat(filter.run(text("1", "𝒂"), text("2", "𝒂𝒂𝒂"), text("3", "abcd")).reasons())
        .containsExactly("too short", "too long");
    assertThat(
            OneOperator.of("row_length_filter", "max_len", 3, "fields", List.of("q"))
                .run(row("1", "q", "abc", "a", "long answer"))
                .kept())
        .hasSize(1);
  }

  @Test
  void anUnknownRoleIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> OneOperator.of("chat_content_trimmer", "roles", List.of("bot")))
        .hasMessage("roles: no role is called 'bot'; allowed: system, user, assistant, tool");
  }
}
