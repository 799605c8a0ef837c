package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.generate.Bench.record;
import static org.blossomlm.data.generate.Bench.turns;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslationTest {
  private static final ChatRecord CHAT =
      record("user: How many days has a year?", "assistant: A year has 365 days.");

  @Test
  void all_messages_are_translated() {
    ChatRecord result =
        Bench.with(
                ScriptedTeacher.saying(
                    "<result>一年有多少天？</result>", "好的：<result>一年有 365 天。</result>"))
            .chat("chat_translator", Map.of(), CHAT);
    assertThat(turns(result)).containsExactly("user: 一年有多少天？", "assistant: 一年有 365 天。");
    assertThat(result.head().metadata()).containsEntry("language", "zh");
    assertThat(result.head().provenance().steps().getFirst().calls()).hasSize(2);
  }

  @Test
  void a_record_is_never_half_translated() {
    ChatRecord result =
        Bench.with(ScriptedTeacher.saying("<result>一年有多少天？</result>", "no", "no"))
            .chat("chat_translator", Map.of("retries", 1L), CHAT);
    assertThat(result.failure()).isPresent();
    assertThat(result.messages()).isEqualTo(CHAT.messages());
    assertThat(result.head().metadata()).isEmpty();
  }

  @Test
  void a_pair_stands_side_by_side() {
    List<DataRecord> pair =
        Bench.with(ScriptedTeacher.saying("<result>一年有多少天？</result>", "<result>365 天。</result>"))
            .all("chat_translator", Map.of("keep", "pair"), CHAT);
    assertThat(pair).extracting(DataRecord::id).containsExactly("r1", "r1-zh");
    assertThat(pair.get(0).head().metadata())
        .containsEntry("language", "en")
        .containsEntry("pair", "r1");
    assertThat(pair.get(1).head().metadata())
        .containsEntry("language", "zh")
        .containsEntry("pair", "r1");
    assertThat(((ChatRecord) pair.getFirst()).messages()).isEqualTo(CHAT.messages());
  }

  @Test
  void what_was_lost_is_named_and_asked_for_again() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying("<result>一年有很多天。</result>", "<result>一年有 365 天。</result>");
    DataRecord result =
        Bench.with(teacher)
            .one(
                "text_translator",
                Map.of(),
                new TextRecord(RecordHead.of("x"), "A year has 365 days."));
    assertThat(result.failure()).isEmpty();
    assertThat(ScriptedTeacher.question(teacher.requests.get(1)))
        .contains("the number 365 is missing");
  }

  @Test
  void code_blocks_are_not_shown_and_come_back_to_the_byte() {
    String code = "```java\n// Add one.\nint  next = 1000 + 1;\n```";
    ScriptedTeacher teacher = ScriptedTeacher.saying("<result>请看：\n⟦1⟧\n它是怎么工作的？</result>");
    TextRecord result =
        (TextRecord)
            Bench.with(teacher)
                .one(
                    "text_translator",
                    Map.of(),
                    new TextRecord(RecordHead.of("x"), "Look:\n" + code + "\nHow does it work?"));
    assertThat(result.text()).isEqualTo("请看：\n" + code + "\n它是怎么工作的？");
    assertThat(ScriptedTeacher.question(teacher.requests.getFirst())).doesNotContain("next");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Use `map` here.|这里用 map。|\"`map`\" must be kept",
        "Dear {name}, hello|亲爱的姓名，你好|\"{name}\" must be kept",
        "See https://example.org/a?b=1 now|见网站|https://example.org/a?b=1\" must be kept",
        "Solve $x^2 = 4$ for x|解方程 x 的平方等于四|\"$x^2 = 4$\" must be kept",
        "Solve \\(x\\) now|现在求解 x|must be kept",
        "It costs 1,500 euros|它要价一千多欧元|the number 1500 is missing",
      })
  void what_must_stay_is_looked_for(String source, String result, String problem) {
    assertThatThrownBy(() -> PreservedText.of(source).restore(result))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 million people|300万人",
        "1,500 euros|1500 欧元",
        "2.5 billion|25亿",
        "50 million|5千万",
        "13 km away|13 千米以外",
        "重20千克|a weight of 20 kg",
        "5000|5千",
        "in the 1990s|在 20 世纪 90 年代",
        "在20世纪90年代|in the 1990s",
        "May 5|5 月 5 日",
        "5月有三个|three in May",
        "It costs $5 and $10 today|今天要 5 美元和 10 美元",
        "It costs $20 and $30|要 20 美元和 30 美元",
        "2 $5 loaves of bread, 2 3$ boxes|2 个 5 美元的面包，2 盒 3 美元的",
        "$x \\text{ if even}$ holds|$x \\text{ 如果为偶数}$ 成立",
        "１００个|100 of them",
        "\\frac{1}{2} and x^{n}|\\frac{1}{2} 和 x^{n}",
      })
  void what_languages_write_otherwise_may_change(String source, String result) {
    assertThatCode(() -> PreservedText.of(source).restore(result)).doesNotThrowAnyException();
  }

  @Test
  void markers_must_come_back_once_and_those_of_the_source_stay() {
    PreservedText text = PreservedText.of("The mark ⟦1⟧ stands.\n```\na\n```\n");
    assertThat(text.shown()).isEqualTo("The mark ⟦1⟧ stands.\n⟦2⟧\n");
    assertThat(text.restore("有 ⟦1⟧。\n⟦2⟧")).isEqualTo("有 ⟦1⟧。\n```\na\n```");
    assertThatThrownBy(() -> text.restore("有 ⟦1⟧。")).hasMessageContaining("⟦2⟧ must be there once");
    assertThatThrownBy(() -> text.restore("⟦2⟧⟦2⟧")).hasMessageContaining("found 2 times");
    assertThat(PreservedText.of("```\nnever closed 5000").shown()).isEqualTo("⟦1⟧");
  }

  @Test
  void an_answer_in_the_wrong_language_or_to_the_question_is_no_translation() {
    String question =
        "Please explain in a few sentences why the sky looks blue during the day and red at night.";
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>The sky looks blue because of scattering.</result>",
            "<result>" + "天空之所以呈现蓝色，是因为阳光被空气分子散射。".repeat(8) + "</result>",
            "<result>蓝天。</result>",
            "<result>请用几句话解释，为什么天空白天看起来是蓝色的，夜晚看起来是红色的。</result>");
    TextRecord result =
        (TextRecord)
            Bench.with(teacher)
                .one(
                    "text_translator",
                    Map.of("retries", 3L),
                    new TextRecord(RecordHead.of("x"), question));
    assertThat(result.text()).startsWith("请用几句话");
    assertThat(ScriptedTeacher.question(teacher.requests.get(1))).contains("not in Chinese");
    assertThat(ScriptedTeacher.question(teacher.requests.get(2))).contains("far longer");
    assertThat(ScriptedTeacher.question(teacher.requests.get(3))).contains("far shorter");
  }

  @Test
  void a_second_teacher_may_compare_source_and_translation() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying("<result>你好吗，鲍勃？</result>", "<result>你好吗？</result>");
    ScriptedTeacher checker =
        ScriptedTeacher.saying(
            "{\"analysis\": \"a name was added\", \"faithful\": false}",
            "{\"analysis\": \"\", \"faithful\": true}");
    Bench bench = new Bench(Map.of("t", teacher, "c", checker));
    TextRecord result =
        (TextRecord)
            bench.one(
                "text_translator",
                Map.of("check_teacher", "c"),
                new TextRecord(RecordHead.of("x"), "How are you?"));
    assertThat(result.text()).isEqualTo("你好吗？");
    assertThat(teacher.requests.get(1).attempt()).isEqualTo(1);
  }

  @Test
  void what_is_in_the_language_already_or_has_no_words_stays() {
    ChatRecord chinese = record("user: 一年有多少天？", "assistant: 365");
    Bench bench = Bench.with(ScriptedTeacher.saying());
    assertThat(bench.all("chat_translator", Map.of("keep", "pair"), chinese))
        .containsExactly(chinese);
    assertThat(bench.counts).containsEntry("already in the target language", 1L);
  }

  @Test
  void images_calls_and_reasoning_stay_unless_asked_for() {
    ContentPart image = new ContentPart.Image("a.png", Optional.empty());
    ChatMessage user =
        ChatMessage.of(
            Role.USER, new Content.Parts(List.of(image, new ContentPart.Text("What is this?"))));
    ChatMessage assistant = Turns.withReasoning(ChatMessage.assistant("A cat."), "I see a cat");
    ChatRecord chat = new ChatRecord(RecordHead.of("x"), List.of(user, assistant));
    ChatRecord result =
        Bench.with(ScriptedTeacher.saying("<result>这是什么？</result>", "<result>一只猫。</result>"))
            .chat("chat_translator", Map.of(), chat);
    assertThat(result.messages().getFirst().body())
        .isEqualTo(new Content.Parts(List.of(image, new ContentPart.Text("这是什么？"))));
    assertThat(result.messages().getLast().reasoning()).contains("I see a cat");
    ChatRecord thought =
        Bench.with(ScriptedTeacher.saying("<result>一只猫。</result>", "<result>我看到一只猫</result>"))
            .chat(
                "chat_translator",
                Map.of("roles", List.of("assistant"), "translate_reasoning", true),
                chat);
    assertThat(thought.messages().getFirst()).isEqualTo(user);
    assertThat(thought.messages().getLast().reasoning()).contains("我看到一只猫");
  }

  @Test
  void roles_are_checked() {
    assertThatThrownBy(() -> Bench.operator("chat_translator", Map.of("roles", List.of("human"))))
        .hasMessage("roles has \"human\": allowed are system, user, assistant and tool");
  }

  @Test
  void rewriting_keeps_language_and_numbers() {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>一年有 365 天。</result>",
            "<result>There are many days.</result>",
            "<result>There are 365 days in a year.</result>");
    ChatRecord result =
        Bench.with(teacher)
            .chat("chat_rewriter", Map.of("guidance", "Begin with There.", "turns", "last"), CHAT);
    assertThat(turns(result))
        .containsExactly(
            "user: How many days has a year?", "assistant: There are 365 days in a year.");
  }
}
