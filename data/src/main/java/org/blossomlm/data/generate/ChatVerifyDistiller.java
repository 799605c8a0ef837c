package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.generate.AnswerCheck.Result;
import org.blossomlm.data.generate.AnswerCheck.Verdict;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Answers the first user message until an answer agrees with a reference. The system messages are
 * sent and kept. An answer that was cut off agrees with nothing, except without verification, where
 * it is marked as {@link ChatDistiller} does. Each attempt is another call; none is answered from
 * an earlier one's entry in the cache.
 */
final class ChatVerifyDistiller {
  private static final String NONE = "none";
  private static final String LLM = "llm";

  /** Checks that need no other package. */
  static final Map<String, AnswerCheck> OWN_CHECKS = ownChecks();

  private static final AnswerSchema VERDICT =
      AnswerSchema.of(
          AnswerSchema.Field.text(
              "analysis", "both final results, and how they compare", "两者的最终结果及其比较"),
          AnswerSchema.Field.flag(
              "consistent", "whether the final results are the same", "最终结果是否一致"));

  private final TeacherSettings teacher;
  private final TeacherSettings judge;
  private final String mode;
  private final Optional<AnswerCheck> check;
  private final Optional<String> referenceField;
  private final int attempts;
  private final boolean drop;

  private ChatVerifyDistiller(Arguments arguments, Map<String, AnswerCheck> checks) {
    teacher = TeacherSettings.of(arguments);
    judge = teacher.or(arguments, "judge");
    mode = arguments.text("mode");
    check = Optional.ofNullable(checks.get(mode));
    referenceField = arguments.optionalText("reference_field");
    attempts = Checked.integer(arguments, "attempts", 1, 100);
    drop = arguments.text("unverified").equals("drop");
  }

  private static Map<String, AnswerCheck> ownChecks() {
    Map<String, AnswerCheck> checks = new LinkedHashMap<>();
    checks.put("number", new NumberCheck());
    checks.put("text", new SameText());
    return checks;
  }

  /**
   * @param checks by the mode that names each
   */
  static OperatorSpec spec(Map<String, AnswerCheck> checks) {
    List<String> modes = new ArrayList<>(List.of(LLM, NONE));
    modes.addAll(checks.keySet());
    return new OperatorSpec(
        "chat_verify_distiller",
        "Answers the first question of a chat until an answer agrees with the reference",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.choice(
                "mode",
                modes,
                "how an answer is compared: by a judge (llm), not at all (none), by its last number "
                    + "(number), as a whole text (text), or by the rules of another mode"),
            Parameter.optional(
                "reference_field",
                Kind.TEXT,
                "the metadata entry with the reference; without it the first answer of the chat"),
            Parameter.optional(
                "judge", Kind.TEACHER, "who compares in mode llm; the teacher by default"),
            Parameter.of(
                "attempts", Kind.INTEGER, 3L, "how many answers are tried at most, 1 to 100"),
            Parameter.choice(
                "unverified",
                List.of("fail", "drop"),
                "a record without an answer that agrees is marked as failed, or dropped"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new ChatVerifyDistiller(arguments, checks)::distil));
  }

  private Outcome distil(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    List<ChatMessage> question = Turns.firstQuestion(record.messages());
    String asked = question.getLast().content();
    Optional<String> reference = mode.equals(NONE) ? Optional.empty() : Optional.of(of(record));
    Answering answering = new Answering(calls, teacher, record.tools());
    AnswerDialogue dialogue = new AnswerDialogue(calls, judge, PromptLanguage.of(record));
    String last = "";
    for (int attempt = 1; attempt <= attempts; attempt++) {
      Answer answer = answering.answer(question);
      if (reference.isPresent() && answer.truncated()) {
        last = "the answer was cut off";
        continue;
      }
      Verdict verdict =
          reference.isEmpty()
              ? new Verdict(Result.CORRECT, "not verified")
              : verdict(dialogue, asked, reference.get(), answer.message().content());
      last = verdict.reason();
      if (verdict.result() == Result.CORRECT) {
        List<ChatMessage> messages = new ArrayList<>(question);
        messages.add(answer.message());
        ChatRecord verified = record.withMessages(messages);
        verified = with(verified, "verification", mode);
        verified = with(verified, "verification_attempts", (long) attempt);
        if (answer.truncated()) {
          verified = with(verified, "response_truncated", true);
        }
        return Outcome.keep(calls.stamp(verified));
      }
    }
    if (drop) {
      return Outcome.drop("no answer agreed with the reference");
    }
    throw new GenerationException(
        "none of %d answers agreed with the reference; the last: %s".formatted(attempts, last));
  }

  private static ChatRecord with(ChatRecord record, String key, Object value) {
    return record.withHead(record.head().withMetadata(key, value));
  }

  private Verdict verdict(AnswerDialogue dialogue, String question, String reference, String answer)
      throws InterruptedException {
    if (check.isPresent()) {
      return check.get().check(question, reference, answer);
    }
    StructuredAnswer said =
        dialogue.structured(
            Prompt.VERIFY,
            Map.of("question", question, "reference", reference, "answer", answer),
            VERDICT);
    return new Verdict(
        said.flag("consistent") ? Result.CORRECT : Result.WRONG, said.text("analysis"));
  }

  private String of(ChatRecord record) {
    return referenceField
        .map(field -> Reference.inMetadata(record, field))
        .or(() -> record.first(Role.ASSISTANT).map(ChatMessage::content))
        .filter(text -> !text.isBlank())
        .orElseThrow(() ->
            new GenerationException(
                "there is no reference: the chat has no answer and reference_field is not"
                    + " given"));
  }
}
