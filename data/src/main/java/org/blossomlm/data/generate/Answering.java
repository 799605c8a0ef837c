package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Lets a teacher answer conversations, as data: what it says goes into the set as it is.
 *
 * @param tools that the teacher may call, as OpenAI spells them
 */
record Answering(TeacherCalls calls, TeacherSettings settings, List<Map<String, Object>> tools) {
  Answering(TeacherCalls calls, TeacherSettings settings) {
    this(calls, settings, List.of());
  }

  /**
   * An answer.
   *
   * @param truncated whether it ended at the largest number of tokens
   * @param tokens of the prompt and the answer
   */
  record Answer(ChatMessage message, boolean truncated, long tokens) {}

  /**
   * Answers {@code conversation}, without the reasoning of earlier turns.
   *
   * @throws GenerationException if all attempts are empty or withheld
   */
  Answer answer(List<ChatMessage> conversation) throws InterruptedException {
    String problem = "";
    for (int retry = 0; retry <= settings.retries(); retry++) {
      Completion completion =
          calls.complete(
              settings.teacher(),
              Turns.withoutReasoning(conversation),
              parameters(),
              Optional.empty());
      ChatMessage message = completion.message();
      boolean truncated = completion.finish() == FinishReason.LENGTH;
      if (completion.finish() == FinishReason.CONTENT_FILTER) {
        problem = "the service withheld the answer (content filter)";
      } else if (message.content().isBlank() && message.toolCalls().isEmpty()) {
        problem =
            truncated || message.reasoning().isPresent()
                ? "only reasoning came, no answer; a larger max_tokens may help"
                : "the answer is empty";
      } else {
        return new Answer(
            asAssistant(message),
            truncated,
            completion.usage().prompt() + completion.usage().completion());
      }
    }
    throw new GenerationException(
        "%s gave no answer in %d attempts; the last problem: %s"
            .formatted(settings.teacher(), settings.retries() + 1, problem));
  }

  /** As many different answers as {@code candidates}; those that failed are left out. */
  List<Answer> answers(List<ChatMessage> conversation, int candidates) throws InterruptedException {
    List<Answer> answers = new ArrayList<>();
    Optional<GenerationException> failure = Optional.empty();
    for (int i = 0; i < candidates; i++) {
      try {
        answers.add(answer(conversation));
      } catch (GenerationException e) {
        failure = Optional.of(e);
      }
    }
    if (answers.isEmpty() && failure.isPresent()) {
      throw failure.get();
    }
    return answers;
  }

  private Map<String, Object> parameters() {
    if (tools.isEmpty()) {
      return settings.parameters();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("tools", tools);
    parameters.putAll(settings.parameters());
    return parameters;
  }

  private static ChatMessage asAssistant(ChatMessage message) {
    return new ChatMessage(
        Role.ASSISTANT,
        message.body(),
        message.reasoning(),
        message.toolCalls(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }
}
