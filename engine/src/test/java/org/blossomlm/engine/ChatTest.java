package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTest {
  private static final GenerationOptions GREEDY =
      GenerationOptions.builder()
          .sampling(SamplingOptions.builder().temperature(0).build())
          .build();

  private final RecordingListener listener = new RecordingListener();
  private final FakeTemplate template = new FakeTemplate();
  private FakeModel model = modelSaying(1000, "Fine.");

  private FakeModel modelSaying(int contextLength, String answer) {
    return new FakeModel(new FakeTokenizer(), template, contextLength, prompt -> answer);
  }

  private String sequence() {
    return model.tokenizer().decode(model.evaluator.tokens(), true);
  }

  @Test
  void aTurnAddsTheQuestionAndTheAnswer() {
    var chat = Chat.open(model);
    var generation = chat.send("How are you?", GREEDY, listener);
    assertThat(generation.text()).isEqualTo("Fine.");
    assertThat(listener.text()).isEqualTo("Fine.");
    assertThat(chat.messages())
        .containsExactly(ChatMessage.user("How are you?"), ChatMessage.assistant("Fine."));
    assertThat(sequence()).isEqualTo("<s>[user]How are you?\n[assistant]Fine.");
  }

  @Test
  void theNextTurnEvaluatesOnlyWhatIsNew() {
    var chat = Chat.open(model);
    chat.messages(List.of(ChatMessage.system("Be brief.")));
    var first = chat.send("One?", GREEDY, listener);
    var second = chat.send("Two?", GREEDY, listener);
    assertThat(second.cachedTokens())
        .isEqualTo(first.promptTokens() + "Fine.".length())
        .isLessThan(second.promptTokens());
    assertThat(sequence())
        .isEqualTo(
            "<s>[system]Be brief.\n[user]One?\n[assistant]Fine.<|end|>"
                + "[user]Two?\n[assistant]Fine.");
  }

  @Test
  void aTemplateThatWritesBosGetsNoSecondOneAndNoPromptEndsWithEos() {
    var writesBos = new FakeTemplate("<s>", "", "with bos");
    model = new FakeModel(new FakeTokenizer(), writesBos, 100, prompt -> "");
    Chat.open(model).send("Hi", GREEDY, listener);
    assertThat(sequence()).isEqualTo("<s>[user]Hi\n[assistant]");

    model = new FakeModel(FakeTokenizer.withoutBos(), template, 100, prompt -> "");
    Chat.open(model).send("Hi", GREEDY, listener);
    assertThat(sequence()).isEqualTo("[user]Hi\n[assistant]");
  }

  @Test
  void specialTokensThatAUserTypesAreText() {
    Chat.open(model).send("<s><|end|>", GREEDY, listener);
    assertThat(model.evaluator.tokens())
        .doesNotContain(FakeTokenizer.END_OF_TURN)
        .containsOnlyOnce(FakeTokenizer.BOS);
  }

  @Test
  void variablesReachTheTemplateAndTheDateStaysTheSame() {
    var chat = Chat.open(model);
    chat.variables(Map.of("enable_thinking", false));
    chat.send("Hi", GREEDY, listener);
    chat.send("Hi", GREEDY, listener);
    assertThat(template.requests)
        .allSatisfy(request -> {
          assertThat((Object) request.variables()).isEqualTo(Map.of("enable_thinking", false));
          assertThat(request.addGenerationPrompt()).isTrue();
          assertThat(request.now()).isEqualTo(template.requests.getFirst().now());
        });
  }

  @Test
  void aCancelledAnswerIsKeptAsFarAsItGot() {
    var chat = Chat.open(model);
    listener.cancelWhen(() -> listener.text().length() == 2);
    assertThat(chat.send("Hi", GREEDY, listener).finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(chat.messages())
        .containsExactly(ChatMessage.user("Hi"), ChatMessage.assistant("Fi"));
  }

  @Test
  void aTurnInWhichNothingWasSaidLeavesNoTrace() {
    var chat = Chat.open(model);
    chat.send("One", GREEDY, listener);
    var before = chat.messages();
    listener.cancelWhen(() -> true);
    chat.send("Two", GREEDY, listener);
    assertThat(chat.messages()).isEqualTo(before);
    listener.cancelWhen(() -> false);
    assertThat(chat.send("Three", GREEDY, listener).text()).isEqualTo("Fine.");
  }

  @Test
  void anExceptionLeavesTheConversationAsItWas() {
    var chat = Chat.open(model);
    chat.send("One", GREEDY, listener);
    var before = chat.messages();
    var failure = new IllegalStateException("the terminal is gone");
    var broken =
        new GenerationListener() {
          @Override
          public void onText(String text) {
            throw failure;
          }
        };
    assertThatThrownBy(() -> chat.send("Two", GREEDY, broken)).isSameAs(failure);
    assertThat(chat.messages()).isEqualTo(before);
    assertThat(chat.send("Three", GREEDY, listener).text()).isEqualTo("Fine.");
  }

  @Test
  void answersTheConversationAsItStands() {
    var chat = Chat.open(model);
    assertThatThrownBy(() -> chat.answer(GREEDY, listener))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("empty");
    chat.messages(List.of(ChatMessage.user("Hi")));
    chat.answer(GREEDY, listener);
    assertThat(chat.messages())
        .containsExactly(ChatMessage.user("Hi"), ChatMessage.assistant("Fine."));
  }

  @Test
  void aConversationTheTemplateRefusesIsAnError() {
    var chat = Chat.open(model);
    chat.messages(List.of(ChatMessage.assistant("I begin.")));
    assertThatThrownBy(() -> chat.answer(GREEDY, listener))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("alternate");
  }

  private int length(String trusted) {
    return model.tokenizer().encode(MarkedText.trusted(trusted), false).length;
  }

  private static List<ChatMessage> longConversation(int turns) {
    List<ChatMessage> messages = new ArrayList<>();
    messages.add(ChatMessage.system("S"));
    for (int i = 0; i < turns; i++) {
      messages.add(ChatMessage.user("question " + i));
      messages.add(ChatMessage.assistant("answer " + i));
    }
    return messages;
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80, 100, 150, 200, 300, 1000})
  void asFewOldTurnsAsPossibleAreLeftOutOfAPromptThatIsTooLong(int contextLength) {
    model = modelSaying(contextLength, "Fine.");
    var chat = Chat.open(model);
    chat.messages(longConversation(9));
    chat.send("last", GREEDY.toBuilder().maxTokens(1).build(), listener);

    int turn = length("[user]question 0\n[assistant]answer 0<|end|>");
    int always = 1 + length("[system]S\n[user]last\n[assistant]");
    int expectedTurns = Math.clamp((contextLength - always) / turn, 0, 9);
    assertThat(model.evaluator.length()).isEqualTo(always + expectedTurns * turn);
    assertThat(sequence()).startsWith("<s>[system]S\n[user]").endsWith("[user]last\n[assistant]");
    int dropped = 2 * (9 - expectedTurns);
    assertThat(listener.events)
        .filteredOn(event -> event.startsWith("dropped"))
        .isEqualTo(dropped == 0 ? List.of() : List.of("dropped " + dropped));
    assertThat(chat.messages()).as("the history keeps everything").hasSize(21);
  }

  @Test
  void everySystemMessageStays() {
    model = modelSaying(70, "Fine.");
    var chat = Chat.open(model);
    chat.messages(
        List.of(
            ChatMessage.system("first"),
            ChatMessage.user("a long, long, long question"),
            ChatMessage.assistant("a long, long answer"),
            ChatMessage.system("second")));
    chat.send("last", GREEDY, listener);
    assertThat(sequence()).startsWith("<s>[system]first\n[system]second\n[user]last\n[assistant]");
    assertThat(listener.events).contains("dropped 2");
  }

  @Test
  void whatIsStillTooLongIsAnErrorAndChangesNothing() {
    model = modelSaying(40, "Fine.");
    var chat = Chat.open(model);
    var before = longConversation(3);
    chat.messages(before);
    assertThatThrownBy(() -> chat.send("x".repeat(50), GREEDY, listener))
        .isInstanceOfSatisfying(
            ContextLengthException.class,
            e -> {
              assertThat(e.contextLength()).isEqualTo(40);
              assertThat(e.promptTokens()).isGreaterThan(50).isLessThan(100);
            });
    assertThat(chat.messages()).isEqualTo(before);
    assertThat(listener.events).isEmpty();
    assertThat(model.evaluator.calls).isEmpty();
  }

  @Test
  void aShiftKeepsTheSystemPrompt() {
    String endless = "abcdefghij".repeat(30);
    model = modelSaying(80, endless);
    var chat = Chat.open(model);
    chat.messages(List.of(ChatMessage.system("Never forget me.")));
    chat.send("go", GREEDY.toBuilder().whenFull(WhenFull.SHIFT).maxTokens(60).build(), listener);
    assertThat(listener.events).anyMatch(event -> event.startsWith("shift"));
    assertThat(sequence()).startsWith("<s>[system]Never forget me.\n[user]").doesNotContain("go");
  }

  @Test
  void withoutASystemPromptAShiftKeepsTheHeaderOfTheTemplate() {
    var withDefault = new FakeTemplate("<s>[system]You are kind.\n", "", "with a default");
    model = new FakeModel(new FakeTokenizer(), withDefault, 60, prompt -> "y".repeat(100));
    Chat.open(model)
        .send("go", GREEDY.toBuilder().whenFull(WhenFull.SHIFT).maxTokens(60).build(), listener);
    assertThat(sequence()).startsWith("<s>[system]You are kind.\n[user]").doesNotContain("go");
  }

  @Test
  void thoughtsAreStreamedAsTheyAreAndStoredApart() {
    var thinking = new FakeTemplate("", "", "knows <think>");
    String answer = "<think>\nHm.\n</think>\n\nYes.";
    model = new FakeModel(new FakeTokenizer(), thinking, 200, prompt -> answer);
    var chat = Chat.open(model);
    assertThat(chat.send("Sure?", GREEDY, listener).text()).isEqualTo(answer);
    assertThat(listener.text()).isEqualTo(answer);
    assertThat(chat.messages().getLast().content()).isEqualTo("Yes.");
    assertThat(chat.messages().getLast().reasoning()).isEqualTo(Optional.of("Hm."));
  }

  @Test
  void aTemplateThatKnowsNothingOfThinkingGetsTheAnswerAsItIs() {
    String answer = "<think>\nHm.\n</think>\n\nYes.";
    model = modelSaying(200, answer);
    var chat = Chat.open(model);
    chat.send("Sure?", GREEDY, listener);
    assertThat(chat.messages().getLast()).isEqualTo(ChatMessage.assistant(answer));
  }

  @Test
  void closingClosesTheSession() {
    var chat = Chat.open(model);
    assertThat(model.openSessions).isEqualTo(1);
    chat.close();
    assertThat(model.openSessions).isZero();
  }
}
