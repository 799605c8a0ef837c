package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.SpecialTokens;
import org.blossomlm.model.chat.ToolCall;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.ExamplePolicy.History;
import org.blossomlm.train.example.ExamplePolicy.Problems;
import org.blossomlm.train.example.ExamplePolicy.Reasoning;
import org.blossomlm.train.example.ExamplePolicy.TooLong;
import org.blossomlm.train.example.ExamplePolicy.ToolCalls;
import org.blossomlm.train.example.ExamplePolicy.Turns;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleBuilderTest {
  /** Writes reasoning of the last answer only, as Qwen3 does. */
  private static final String FORGETS_THOUGHTS =
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}"
          + "{% if m.role == 'assistant' and loop.last and m.reasoning_content is defined %}"
          + "{{ '<think>' + m.reasoning_content + '</think>' }}{% endif %}"
          + "{{ m.content + '<|im_end|>\n' }}{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // JUnit calls tokenizer() first.
  private Tokenizer tokenizer;

  private final ExamplePolicy policy = ExamplePolicy.of(1000);

  @BeforeEach
  void tokenizer() {
    tokenizer = TestModels.bytes(folder, List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>"));
  }

  private ExampleBuilder builder(String template, ExamplePolicy policy) {
    return new ExampleBuilder(tokenizer, TestModels.template(template), policy, TestModels.NOW);
  }

  private BuiltExamples build(ExamplePolicy policy, ChatRecord chat) {
    return builder(TestModels.CHATML, policy).build(chat);
  }

  private String learnt(BuiltExamples built) {
    assertThat(built.examples()).hasSize(1);
    return TestModels.learnt(tokenizer, built.examples().getFirst());
  }

  private static ChatMessage assistant(String text, Optional<String> reasoning, Object weight) {
    return new ChatMessage(
        Role.ASSISTANT,
        text,
        reasoning,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of("weight", weight));
  }

  private static ChatRecord chat(ChatMessage... messages) {
    return new ChatRecord(RecordHead.of("r"), List.of(messages));
  }

  @Test
  void the_answers_are_learnt_with_their_end_tokens_and_nothing_else() {
    BuiltExamples built = build(policy, TestModels.chat("r", "Hi", "Hello", "And?", "Bye"));
    assertThat(learnt(built)).isEqualTo("Hello<|im_end|>¦Bye<|im_end|>");
    assertThat(built.notes()).isEmpty();
    Example example = built.examples().getFirst();
    assertThat(tokenizer.decode(example.tokens(), true))
        .isEqualTo(
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
                + "<|im_start|>user\nAnd?<|im_end|>\n<|im_start|>assistant\nBye<|im_end|>");
  }

  @Test
  void special_tokens_that_somebody_typed_are_plain_characters() {
    BuiltExamples built =
        build(policy, TestModels.chat("r", "say <|im_end|>", "It is <|im_end|> so"));
    int end = tokenizer.id("<|im_end|>").orElseThrow();
    Example example = built.examples().getFirst();
    assertThat(IntStream.of(example.tokens()).filter(id -> id == end).count()).isEqualTo(2);
    assertThat(learnt(built)).isEqualTo("It is <|im_end|> so<|im_end|>");
  }

  @Test
  void what_follows_the_last_answer_is_left_out() {
    BuiltExamples built = build(policy, TestModels.chat("r", "Hi", "Hello", "unanswered"));
    assertThat(tokenizer.decode(built.examples().getFirst().tokens(), true))
        .endsWith("Hello<|im_end|>");
  }

  @Test
  void a_message_of_weight_0_is_read_but_not_learnt() {
    BuiltExamples built =
        build(
            policy,
            chat(
                ChatMessage.user("a"),
                assistant("bad", Optional.empty(), 0),
                ChatMessage.user("b"),
                assistant("good", Optional.empty(), 1)));
    assertThat(learnt(built)).isEqualTo("good<|im_end|>");
  }

  @Test
  void only_the_last_answer_is_learnt_where_the_policy_says_so() {
    assertThat(learnt(build(policy.with(Turns.LAST), TestModels.chat("r", "a", "b", "c", "d"))))
        .isEqualTo("d<|im_end|>");
  }

  @Test
  void nothing_to_learn_is_an_error_that_names_the_record() {
    List<ChatRecord> empty =
        List.of(
            TestModels.chat("r", "only a question"),
            TestModels.chat("r", "Hi", "  \n "),
            chat(ChatMessage.user("a"), assistant("b", Optional.empty(), 0)));
    for (ChatRecord record : empty) {
      ExampleException e =
          catchThrowableOfType(ExampleException.class, () -> build(policy, record));
      assertThat(e.problem()).isEqualTo(ExampleNote.NOTHING_TO_LEARN);
      assertThat(e).hasMessageStartingWith("r: nothing to learn");
      BuiltExamples skipped = build(policy.with(Problems.SKIP), record);
      assertThat(skipped.examples()).isEmpty();
      assertThat(skipped.notes()).containsExactly(ExampleNote.NOTHING_TO_LEARN);
    }
  }

  @Test
  void an_answer_without_an_end_token_is_an_error_and_can_get_one() {
    String template =
        "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";
    ChatRecord record = TestModels.chat("r", "Hi", "Hello");
    ExampleException e =
        catchThrowableOfType(ExampleException.class, () -> builder(template, policy).build(record));
    assertThat(e.problem()).isEqualTo(ExampleNote.NO_END_TOKEN);
    assertThat(e).hasMessageContainingAll("messages[1]", "</s>", "append_end");
    ExamplePolicy appending = policy.withAppendedEnd("</s>").with(History.SPLIT);
    assertThat(learnt(builder(template, appending).build(record))).isEqualTo("Hello</s>");
    // In the middle of a conversation the template has no end token there, so each is a sample.
    BuiltExamples two =
        builder(template, appending).build(TestModels.chat("r", "a", "b", "c", "d"));
    assertThat(two.examples())
        .extracting(each -> tokenizer.decode(each.tokens(), true))
        .containsExactly("[user]a[assistant]b</s>", "[user]a[assistant]b[user]c[assistant]d</s>");
  }

  @Test
  void the_end_token_may_be_the_one_that_begins_the_next_message() {
    // GLM's way: the model says that it is the user's turn.
    String template =
        "{% for m in messages %}{{ '<|im_start|>' if m.role == 'user' else '<s>' }}{{ m.content }}"
            + "{% endfor %}{% if add_generation_prompt %}<s>{% endif %}";
    ExamplePolicy glm = policy.withAppendedEnd("<|im_start|>");
    assertThat(learnt(builder(template, glm).build(TestModels.chat("r", "a", "b", "c", "d"))))
        .isEqualTo("b<|im_start|>¦d<|im_start|>");
  }

  @Test
  void a_policy_cannot_name_a_token_that_is_none() {
    assertThatThrownBy(() -> builder(TestModels.CHATML, policy.withEndTokens(List.of("<|no|>"))))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("<|no|>");
    assertThatThrownBy(() -> builder(TestModels.CHATML, policy.withAppendedEnd("a")))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("plain piece of text");
  }

  private ChatRecord thoughtful() {
    return chat(
        ChatMessage.user("one"),
        assistant("first", Optional.of("hm"), 1),
        ChatMessage.user("two"),
        assistant("second", Optional.of("aha"), 1));
  }

  @Test
  void a_template_that_changes_history_is_an_error_that_shows_both_texts() {
    ExampleException e =
        catchThrowableOfType(
            ExampleException.class, () -> builder(FORGETS_THOUGHTS, policy).build(thoughtful()));
    assertThat(e.problem()).isEqualTo(ExampleNote.HISTORY_CHANGES);
    assertThat(e)
        .hasMessageContainingAll(
            "r:", "messages[1]", "<think>hm</think>first", "assistant\\nfirst", "history: split");
  }

  @Test
  void each_answer_that_history_changes_can_have_a_sample_of_its_own() {
    BuiltExamples built = builder(FORGETS_THOUGHTS, policy.with(History.SPLIT)).build(thoughtful());
    assertThat(built.notes()).containsExactly(ExampleNote.SPLIT);
    assertThat(built.examples()).extracting(Example::source).containsExactly("r#1", "r#2");
    assertThat(built.examples())
        .extracting(each -> TestModels.learnt(tokenizer, each))
        .containsExactly("<think>hm</think>first<|im_end|>", "<think>aha</think>second<|im_end|>");
    // The second follows what the model is shown of the first in use.
    assertThat(tokenizer.decode(built.examples().get(1).tokens(), true))
        .contains("<|im_start|>assistant\nfirst<|im_end|>")
        .doesNotContain("hm");
  }

  @Test
  void a_prompt_that_is_not_how_the_answer_begins_is_an_error() {
    String template =
        TestModels.CHATML.replace(
            "{{ '<|im_start|>assistant\n' }}", "{{ '<|im_start|>assistant\n<think>' }}");
    ExampleException e =
        catchThrowableOfType(
            ExampleException.class,
            () -> builder(template, policy).build(TestModels.chat("r", "Hi", "Hello")));
    assertThat(e.problem()).isEqualTo(ExampleNote.PROMPT_DIFFERS);
    assertThat(e).hasMessageContainingAll("<think>", "Hello");
  }

  @Test
  void what_a_template_refuses_is_an_error_with_its_reason() {
    String template = "{{ raise_exception('no questions') }}";
    assertThatThrownBy(() -> builder(template, policy).build(TestModels.chat("r", "Hi", "Hello")))
        .isInstanceOf(ExampleException.class)
        .hasMessageContainingAll("r:", "no questions");
  }

  @Test
  void reasoning_is_learnt_masked_or_dropped() {
    ChatRecord record = chat(ChatMessage.user("q"), assistant("answer", Optional.of("because"), 1));
    assertThat(learnt(builder(FORGETS_THOUGHTS, policy).build(record)))
        .isEqualTo("<think>because</think>answer<|im_end|>");
    assertThat(learnt(builder(FORGETS_THOUGHTS, policy.with(Reasoning.MASK)).build(record)))
        .isEqualTo("</think>answer<|im_end|>");
    assertThat(learnt(builder(FORGETS_THOUGHTS, policy.with(Reasoning.DROP)).build(record)))
        .isEqualTo("answer<|im_end|>");
  }

  @Test
  void reasoning_inside_the_text_is_reasoning_too() {
    ChatRecord record = TestModels.chat("r", "q", "<think>\nbecause\n</think>\n\nanswer");
    assertThat(learnt(build(policy.with(Reasoning.DROP), record))).isEqualTo("answer<|im_end|>");
    assertThat(learnt(build(policy.with(Reasoning.MASK), record)))
        .isEqualTo("\n</think>\n\nanswer<|im_end|>");
  }

  @Test
  void calls_of_tools_are_learnt_or_masked_and_their_results_never_learnt() {
    String template =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + (m.content or '') }}"
            + "{% for c in m.tool_calls or [] %}{{ 'CALL ' + c.function.name }}{% endfor %}"
            + "{{ '<|im_end|>\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
    ChatMessage call =
        new ChatMessage(
            Role.ASSISTANT,
            "",
            Optional.empty(),
            List.of(new ToolCall("1", "weather", Map.of())),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    ChatRecord record =
        chat(
            ChatMessage.user("rain?"),
            call,
            ChatMessage.of(Role.TOOL, "yes"),
            ChatMessage.assistant("It rains."));
    assertThat(learnt(builder(template, policy).build(record)))
        .isEqualTo("CALL weather<|im_end|>¦It rains.<|im_end|>");
    assertThat(learnt(builder(template, policy.with(ToolCalls.MASK)).build(record)))
        .isEqualTo("It rains.<|im_end|>");
  }

  @Test
  void too_long_conversations_are_cut_after_an_answer_that_fits_with_its_end() {
    ChatRecord record = TestModels.chat("r", "a", "first", "b", "second", "c", "third");
    int whole = build(policy, record).examples().getFirst().length();
    List<String> learnt = new ArrayList<>();
    for (int most = 2; most <= whole; most++) {
      BuiltExamples built = build(ExamplePolicy.of(most), record);
      if (built.examples().isEmpty()) {
        assertThat(built.notes()).containsExactly(ExampleNote.TOO_LONG);
        learnt.add("");
        continue;
      }
      assertThat(built.examples().getFirst().length()).isLessThanOrEqualTo(most);
      String text = learnt(built);
      assertThat(text).endsWith("<|im_end|>");
      assertThat(built.notes().contains(ExampleNote.CUT)).isEqualTo(most < whole);
      learnt.add(text);
    }
    assertThat(learnt.stream().distinct())
        .containsExactly(
            "",
            "first<|im_end|>",
            "first<|im_end|>¦second<|im_end|>",
            "first<|im_end|>¦second<|im_end|>¦third<|im_end|>");
  }

  @Test
  void too_long_conversations_are_dropped_or_refused_where_the_policy_says_so() {
    ChatRecord record = TestModels.chat("r", "a", "first", "b", "second");
    int fewer = build(policy, record).examples().getFirst().length() - 1;
    BuiltExamples dropped = build(ExamplePolicy.of(fewer).with(TooLong.DROP), record);
    assertThat(dropped.examples()).isEmpty();
    assertThat(dropped.notes()).containsExactly(ExampleNote.TOO_LONG);
    assertThatThrownBy(() -> build(ExamplePolicy.of(fewer).with(TooLong.FAIL), record))
        .isInstanceOf(ExampleException.class)
        .hasMessageContainingAll("r:", "at most " + fewer, "max_length");
  }

  @Test
  void texts_are_learnt_whole_and_every_token_of_a_long_one_once() {
    TextRecord text = new TextRecord(RecordHead.of("t"), "abcdefghij");
    ExampleBuilder short7 = builder(TestModels.CHATML, ExamplePolicy.of(4));
    BuiltExamples whole = builder(TestModels.CHATML, policy).build(text);
    assertThat(learnt(whole)).isEqualTo("bcdefghij</s>");
    BuiltExamples parts = short7.build(text);
    assertThat(parts.notes()).containsExactly(ExampleNote.SPLIT);
    assertThat(parts.examples())
        .extracting(each -> TestModels.learnt(tokenizer, each))
        .containsExactly("bcd", "efg", "hij", "</s>");
    assertThat(parts.examples()).allMatch(each -> each.length() <= 4);
  }

  @Test
  void the_blossom_format_has_the_tokens_that_the_engine_gives_the_model() {
    ChatTemplate blossom = ChatTemplates.blossom(new SpecialTokens("<s>", "</s>"));
    BuiltExamples built =
        new ExampleBuilder(tokenizer, blossom, policy, TestModels.NOW)
            .build(TestModels.chat("r", "Hi", "Hello", "And?", "Bye"));
    assertThat(learnt(built)).isEqualTo("Hello</s>¦Bye</s>");
    assertThat(tokenizer.decode(built.examples().getFirst().tokens(), true))
        .endsWith("\n|Human|: Hi\n|Bot|: Hello</s>\n|Human|: And?\n|Bot|: Bye</s>");
  }

  @Test
  void failed_records_are_left_out_and_rows_are_none() {
    BuiltExamples failed =
        builder(TestModels.CHATML, policy)
            .build(TestModels.chat("r", "a", "b").failed("no answer"));
    assertThat(failed.notes()).containsExactly(ExampleNote.FAILED);
    assertThatThrownBy(() ->
            builder(TestModels.CHATML, policy)
                .build(new RowRecord(RecordHead.of("row"), Map.of("q", "a"))))
        .isInstanceOf(ExampleException.class)
        .hasMessageContainingAll("row:", "row_to_chat");
  }

  @Test
  void a_pair_learns_only_what_follows_the_common_prompt() {
    PreferenceRecord record =
        new PreferenceRecord(
            RecordHead.of("p"),
            List.of(ChatMessage.user("a"), ChatMessage.assistant("old"), ChatMessage.user("b")),
            List.of(ChatMessage.assistant("better")),
            List.of(ChatMessage.assistant("worse")));
    PreferencePair pair = builder(TestModels.CHATML, policy).pair(record).orElseThrow();
    assertThat(TestModels.learnt(tokenizer, pair.chosen())).isEqualTo("better<|im_end|>");
    assertThat(TestModels.learnt(tokenizer, pair.rejected())).isEqualTo("worse<|im_end|>");
    // Neither side may lack its end: the worse one is shorter, but both go.
    int enoughForWorse = pair.rejected().length();
    assertThat(pair.chosen().length()).isGreaterThan(enoughForWorse);
    assertThat(builder(TestModels.CHATML, ExamplePolicy.of(enoughForWorse)).pair(record)).isEmpty();
  }

  @Test
  void counts_add_up() {
    ExampleCounts counts =
        ExampleCounts.NONE
            .plus(build(policy, TestModels.chat("r", "a", "b")))
            .plus(build(ExamplePolicy.of(2), TestModels.chat("r", "a", "b")));
    assertThat(counts.records()).isEqualTo(2);
    assertThat(counts.examples()).isEqualTo(1);
    assertThat(counts.learntTokens()).isEqualTo(2);
    assertThat(counts.count(ExampleNote.TOO_LONG)).isEqualTo(1);
    assertThat(counts.plus(counts).tokens()).isEqualTo(2 * counts.tokens());
  }
}
