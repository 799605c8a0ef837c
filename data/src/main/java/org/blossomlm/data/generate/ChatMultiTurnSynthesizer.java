package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Goes on with a conversation: a simulated user asks, the teacher answers. The user is somebody
 * whom the record draws from a list. System messages and the first rounds of the input stay; an
 * input that ends with a user message is answered first. An answer that was cut off ends the
 * conversation and is marked. The user may leave once {@code min_rounds} are there.
 */
final class ChatMultiTurnSynthesizer {
  private static final String END = "END";

  /** A simulated user who writes more than this has taken the assistant's place. */
  private static final int LONGEST_QUESTION = 8000;

  private final TeacherSettings teacher;
  private final TeacherSettings simulator;
  private final int inputRounds;
  private final int minRounds;
  private final int maxRounds;
  private final OptionalLong maxTotalTokens;
  private final List<String> personas;

  private ChatMultiTurnSynthesizer(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    simulator =
        new TeacherSettings(
            arguments.optionalText("simulator").orElse(teacher.teacher()),
            arguments.map("simulator_parameters"),
            teacher.retries());
    inputRounds = Checked.integer(arguments, "input_rounds", 1, 1000);
    minRounds = Checked.integer(arguments, "min_rounds", 1, 1000);
    maxRounds = Checked.integer(arguments, "max_rounds", 1, 1000);
    if (minRounds > maxRounds) {
      throw new DataException(
          "min_rounds is %d, more than max_rounds, %d".formatted(minRounds, maxRounds));
    }
    maxTotalTokens = Checked.optionalPositive(arguments, "max_total_tokens");
    personas = arguments.has("personas") ? Personas.read(arguments.file("personas")) : List.of();
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "chat_multi_turn_synthesizer",
        "Goes on with a chat: a simulated user asks and the teacher answers",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.optional(
                "simulator", Kind.TEACHER, "who plays the user; the teacher by default"),
            Parameter.optional(
                "personas",
                Kind.FILE,
                "whom the simulator plays: a text file with one person on each line, of which each "
                    + "record draws one"),
            Parameter.of(
                "input_rounds",
                Kind.INTEGER,
                1L,
                "how many rounds of the input are kept at most; the others are left out"),
            Parameter.of(
                "min_rounds", Kind.INTEGER, 2L, "from how many rounds on the user may leave"),
            Parameter.of(
                "max_rounds",
                Kind.INTEGER,
                4L,
                "after how many rounds the conversation ends; drawn for each record between "
                    + "min_rounds and this"),
            ChatDistiller.MAX_TOTAL_TOKENS,
            TeacherSettings.PARAMETERS,
            Parameter.of(
                "simulator_parameters",
                Kind.MAP,
                Map.of(),
                "fields of the request to the simulator, over its own"),
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new ChatMultiTurnSynthesizer(arguments)::synthesize));
  }

  private Outcome synthesize(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    RandomGenerator random = calls.context().random(record);
    PromptLanguage language = PromptLanguage.of(record);
    String persona =
        personas.isEmpty()
            ? Prompt.DEFAULT_PERSONA.text(language)
            : personas.get(random.nextInt(personas.size()));
    int rounds = random.nextInt(minRounds, maxRounds + 1);
    List<ChatMessage> messages = beginning(record.messages());
    Answering answering = new Answering(calls, teacher);
    AnswerDialogue user = new AnswerDialogue(calls, simulator, language);
    boolean truncated = false;
    while (true) {
      if (messages.getLast().role() != Role.USER) {
        int done = count(messages, Role.ASSISTANT);
        if (done >= rounds) {
          break;
        }
        Optional<String> question = question(user, persona, messages, language, done);
        if (question.isEmpty()) {
          break;
        }
        messages.add(ChatMessage.user(question.get()));
      }
      Answer answer = answering.answer(messages);
      messages.add(answer.message());
      truncated = answer.truncated();
      if (truncated
          || (maxTotalTokens.isPresent() && answer.tokens() >= maxTotalTokens.getAsLong())) {
        break;
      }
    }
    DataRecord result = calls.stamp(record.withMessages(messages));
    if (!personas.isEmpty()) {
      result = result.withMetadata("persona", persona);
    }
    return Outcome.keep(truncated ? result.withMetadata("response_truncated", true) : result);
  }

  /** System messages and the first rounds; a last user message without an answer included. */
  private List<ChatMessage> beginning(List<ChatMessage> messages) {
    if (Turns.firstIndex(messages, Role.TOOL) >= 0) {
      throw new GenerationException("a conversation with tool messages cannot be gone on with");
    }
    Turns.firstQuestion(messages); // There must be one.
    List<ChatMessage> result = new ArrayList<>();
    for (ChatMessage message : messages) {
      boolean afterAnswer = !result.isEmpty() && result.getLast().role() == Role.ASSISTANT;
      if (message.role() == Role.USER
          && afterAnswer
          && count(result, Role.ASSISTANT) >= inputRounds) {
        break;
      }
      result.add(message);
    }
    return result;
  }

  private Optional<String> question(
      AnswerDialogue user,
      String persona,
      List<ChatMessage> messages,
      PromptLanguage language,
      int done)
      throws InterruptedException {
    return user.tagged(
        Prompt.SIMULATE_USER,
        Map.of("persona", persona, "conversation", Turns.shown(visible(messages))),
        answer -> {
          String question = TaggedText.one(answer);
          if (question.equalsIgnoreCase(END)) {
            if (done < minRounds) {
              throw new GenerationException(
                  "it is too early for END: write what the person says next");
            }
            return Optional.empty();
          }
          check(question, messages, language);
          return Optional.of(question);
        });
  }

  /** A user does not see the system message. */
  private static List<ChatMessage> visible(List<ChatMessage> messages) {
    return messages.stream().filter(message -> message.role() != Role.SYSTEM).toList();
  }

  private static void check(String question, List<ChatMessage> messages, PromptLanguage language) {
    if (question.length() > LONGEST_QUESTION) {
      throw new GenerationException(
          "the message has " + question.length() + " characters: a person would write less");
    }
    if (messages.stream()
        .anyMatch(message ->
            message.role() == Role.USER && plain(message.content()).equals(plain(question)))) {
      throw new GenerationException("the person has said this before; say something new");
    }
    PromptLanguage.Share share = PromptLanguage.Share.of(question);
    if (share.han() + share.words() > 3 && PromptLanguage.of(question) != language) {
      throw new GenerationException("the message must be in " + language.nameIn(PromptLanguage.EN));
    }
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[\\s\\p{P}]+", "");
  }

  private static int count(List<ChatMessage> messages, Role role) {
    return (int) messages.stream().filter(message -> message.role() == role).count();
  }
}
