package org.blossomlm.data.generate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.model.chat.ChatMessage;

/**
 * Asks until an answer is usable. After one that is not, the teacher sees it again and is told what
 * was wrong; each further question is another attempt.
 */
final class AnswerDialogue {
  /** So much of an unusable answer is shown again: enough to mend it, not enough to repeat it. */
  private static final int SHOWN = 4000;

  private final TeacherCalls calls;
  private final TeacherSettings settings;
  private final PromptLanguage language;

  AnswerDialogue(TeacherCalls calls, TeacherSettings settings, PromptLanguage language) {
    this.calls = calls;
    this.settings = settings;
    this.language = language;
  }

  /** Reads an answer, or throws {@link GenerationException} saying what is wrong with it. */
  @FunctionalInterface
  interface Reading<T> {
    T read(String answer);
  }

  /**
   * Asks for JSON.
   *
   * @param values of the prompt but {@code format}, which the schema gives
   */
  StructuredAnswer structured(Prompt prompt, Map<String, String> values, AnswerSchema schema)
      throws InterruptedException {
    Map<String, String> all = new HashMap<>(values);
    all.put("format", schema.describe(language));
    return ask(
        prompt.render(language, all),
        Optional.of(schema.jsonSchema()),
        answer -> StructuredAnswer.read(answer, schema));
  }

  /** Asks for text between tags, free of JSON's escapes: formulas and code stay as they are. */
  <T> T tagged(Prompt prompt, Map<String, String> values, Reading<T> reading)
      throws InterruptedException {
    return ask(prompt.render(language, values), Optional.empty(), reading);
  }

  private <T> T ask(String prompt, Optional<Map<String, Object>> schema, Reading<T> reading)
      throws InterruptedException {
    List<ChatMessage> question = List.of(ChatMessage.user(prompt));
    List<ChatMessage> messages = question;
    String problem = "";
    for (int retry = 0; retry <= settings.retries(); retry++) {
      Completion completion =
          calls.complete(settings.teacher(), messages, settings.parameters(), schema);
      String answer = completion.text();
      try {
        T result = read(completion, reading);
        if (retry > 0) {
          calls.context().count("answers usable after a repair", 1);
        }
        return result;
      } catch (GenerationException e) {
        problem = String.valueOf(e.getMessage());
      }
      messages = answer.isBlank() ? question : withProblem(question, answer, problem);
    }
    throw new GenerationException(
        "%s gave no usable answer in %d attempts; the last problem: %s"
            .formatted(settings.teacher(), settings.retries() + 1, problem));
  }

  private static <T> T read(Completion completion, Reading<T> reading) {
    if (completion.finish() == FinishReason.CONTENT_FILTER) {
      throw new GenerationException("the service withheld the answer (content filter)");
    }
    try {
      return reading.read(completion.text());
    } catch (GenerationException e) {
      // An answer that was cut off but has all that is needed is as good as another.
      if (completion.finish() == FinishReason.LENGTH) {
        throw new GenerationException(
            "the answer was cut off at the largest number of tokens: be briefer; "
                + e.getMessage());
      }
      throw e;
    }
  }

  private List<ChatMessage> withProblem(List<ChatMessage> question, String answer, String problem) {
    return List.of(
        question.getFirst(),
        ChatMessage.assistant(answer.length() <= SHOWN ? answer : answer.substring(0, SHOWN)),
        ChatMessage.user(Prompt.REPAIR.render(language, Map.of("problem", problem))));
  }
}
