package org.blossomlm.data.generate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Where there is no reference: a second teacher answers the last question too, and a reviewer says
 * whether the two answers contradict each other. A record without the reference that a recipe names
 * fails; it is not dropped as if it were wrong.
 */
final class ChatReasoningConsistencyFilter {
  private static final AnswerSchema VERDICT =
      AnswerSchema.of(
          AnswerSchema.Field.text(
              "analysis", "where the answers differ, and whether it matters", "两个回答有何不同，是否重要"),
          AnswerSchema.Field.flag("inconsistent", "whether they contradict each other", "两者是否矛盾"));

  private final TeacherSettings reviewer;
  private final Optional<TeacherSettings> second;
  private final Optional<String> referenceField;
  private final boolean reverse;

  private ChatReasoningConsistencyFilter(Arguments arguments) {
    TeacherSettings settings = TeacherSettings.of(arguments);
    reviewer = new TeacherSettings(settings.teacher(), Map.of(), settings.retries());
    second =
        arguments
            .optionalText("second_teacher")
            .map(name -> new TeacherSettings(name, settings.parameters(), settings.retries()));
    referenceField = arguments.optionalText("reference_field");
    reverse = arguments.flag("reverse");
    if (second.isPresent() == referenceField.isPresent()) {
      throw new DataException(
          "chat_reasoning_consistency_filter needs either second_teacher or reference_field");
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "chat_reasoning_consistency_filter",
        "Drops chats whose last answer contradicts a second teacher's answer or a reference",
        List.of(
            Parameter.required("teacher", Kind.TEACHER, "who compares the two answers"),
            Parameter.optional(
                "second_teacher",
                Kind.TEACHER,
                "who answers a second time; this or reference_field must be given"),
            Parameter.optional(
                "reference_field",
                Kind.TEXT,
                "the metadata entry with the answer to compare with, instead of a second teacher"),
            Parameter.of(
                "reverse", Kind.FLAG, false, "whether to keep those that contradict instead"),
            Parameter.of(
                "parameters",
                Kind.MAP,
                Map.of(),
                "fields of the request to the second teacher, over its own"),
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new ChatReasoningConsistencyFilter(arguments)::filter));
  }

  private Outcome filter(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    int last = Turns.lastIndex(record.messages(), Role.ASSISTANT);
    int user = Turns.lastQuestion(record.messages()).size() - 1;
    if (last < user) {
      throw new GenerationException("the last user message has no answer to compare");
    }
    List<ChatMessage> question = record.messages().subList(0, last);
    Optional<String> other = other(record, calls, question);
    if (other.isEmpty()) {
      throw new GenerationException("the second teacher's answer was cut off");
    }
    StructuredAnswer verdict =
        new AnswerDialogue(calls, reviewer, PromptLanguage.of(record))
            .structured(
                Prompt.AGREE,
                Map.of(
                    "conversation",
                    Turns.shown(question),
                    "first",
                    record.messages().get(last).content(),
                    "second",
                    other.get()),
                VERDICT);
    boolean inconsistent = verdict.flag("inconsistent");
    if (inconsistent != reverse) {
      return Outcome.drop(inconsistent ? "answers contradict each other" : "answers agree");
    }
    return Outcome.keep(
        calls
            .stamp(record)
            .withMetadata(
                "consistency",
                Map.of("inconsistent", inconsistent, "analysis", verdict.text("analysis"))));
  }

  private Optional<String> other(ChatRecord record, TeacherCalls calls, List<ChatMessage> question)
      throws InterruptedException {
    if (referenceField.isPresent()) {
      return Optional.of(Reference.inMetadata(record, referenceField.get()));
    }
    for (int retry = 0; retry <= reviewer.retries(); retry++) {
      Answer answer = new Answering(calls, second.orElseThrow()).answer(question);
      if (!answer.truncated()) {
        return Optional.of(answer.message().content());
      }
    }
    return Optional.empty();
  }
}
