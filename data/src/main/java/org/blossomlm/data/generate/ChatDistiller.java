package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Lets a teacher answer the users of a conversation anew.
 *
 * <ul>
 *   <li>{@code first_turn}: the system messages and the first user message, with one answer.
 *   <li>{@code last_turn}: all up to the last user message, with a new answer; what came after it
 *       is replaced. A user message that has no answer yet is answered, not removed.
 *   <li>{@code multi_turn}: every user message, each after the teacher's own earlier answers. The
 *       reasoning of earlier turns stays in the record and is not sent back. Conversations with
 *       tool messages fail: their results would not belong to the new answers.
 * </ul>
 *
 * An answer that was cut off ends the conversation there, whatever becomes of it: nobody goes on
 * from half an answer.
 */
final class ChatDistiller {
  enum Strategy {
    FIRST_TURN,
    LAST_TURN,
    MULTI_TURN
  }

  /** What becomes of an answer that was cut off. */
  enum Truncated {
    MARK,
    CUT,
    DROP
  }

  static final Parameter MAX_TOTAL_TOKENS =
      Parameter.optional(
          "max_total_tokens",
          Kind.INTEGER,
          "the conversation ends after the answer whose prompt and answer reach this many tokens");
  static final Parameter TRUNCATED =
      Parameter.choice(
          "truncated",
          List.of("mark", "cut", "drop"),
          "an answer that was cut off is kept and metadata.response_truncated set (mark), removed "
              + "with its question (cut, the record is dropped if nothing is left), or the record "
              + "is dropped (drop)");

  private final TeacherSettings teacher;
  private final TeacherSettings judge;
  private final Strategy strategy;
  private final Truncated truncated;
  private final int candidates;
  private final boolean keepOthers;
  private final OptionalLong maxTotalTokens;

  private ChatDistiller(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    judge = teacher.or(arguments, "judge");
    strategy = arguments.choice("strategy", Strategy.class);
    truncated = arguments.choice("truncated", Truncated.class);
    candidates = Checked.integer(arguments, "candidates", 1, 20);
    keepOthers = arguments.flag("keep_others");
    maxTotalTokens = Checked.optionalPositive(arguments, "max_total_tokens");
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "chat_distiller",
        "Lets a teacher answer the users of a chat anew, the best of several answers if asked",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.choice(
                "strategy",
                List.of("first_turn", "last_turn", "multi_turn"),
                "answers the first user message alone (first_turn), the last one after all before "
                    + "it (last_turn), or every one in turn (multi_turn); system messages stay"),
            Parameter.of(
                "candidates",
                Kind.INTEGER,
                1L,
                "how many answers are asked for, 1 to 20; a judge picks the best of several"),
            Parameter.optional(
                "judge", Kind.TEACHER, "who picks the best answer; the teacher by default"),
            Parameter.of(
                "keep_others",
                Kind.FLAG,
                false,
                "whether metadata.other_answers lists the candidates that were not picked"),
            TRUNCATED,
            MAX_TOTAL_TOKENS,
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        ChatDistiller::operator);
  }

  private static Operator operator(Arguments arguments) {
    return TeacherWork.onChats(new ChatDistiller(arguments)::distil);
  }

  private Outcome distil(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    Work work = new Work(record, calls);
    switch (strategy) {
      case FIRST_TURN -> {
        work.messages.addAll(Turns.firstQuestion(record.messages()));
        work.answer();
      }
      case LAST_TURN -> {
        work.messages.addAll(Turns.lastQuestion(record.messages()));
        work.answer();
      }
      case MULTI_TURN -> work.answerAll();
    }
    return work.outcome();
  }

  /** One record on its way. */
  private final class Work {
    private final ChatRecord record;
    private final TeacherCalls calls;
    private final Answering answering;
    private final Choosing choosing;
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private boolean cutOff;

    Work(ChatRecord record, TeacherCalls calls) {
      this.record = record;
      this.calls = calls;
      answering = new Answering(calls, teacher, record.tools());
      choosing =
          new Choosing(
              new AnswerDialogue(calls, judge, PromptLanguage.of(record)),
              calls.context().random(record));
    }

    void answerAll() throws InterruptedException {
      if (Turns.firstIndex(record.messages(), Role.TOOL) >= 0) {
        throw new GenerationException(
            "a conversation with tool messages cannot be answered anew turn by turn; use the "
                + "strategy last_turn");
      }
      List<ChatMessage> asked =
          record.messages().subList(0, Turns.lastQuestion(record.messages()).size());
      boolean more = true;
      for (int i = 0; i < asked.size() && more; i++) {
        ChatMessage message = asked.get(i);
        if (message.role() == Role.ASSISTANT) {
          continue;
        }
        messages.add(message);
        // Several messages of a user in a row, as messengers have them, get one answer.
        boolean last = i + 1 == asked.size() || asked.get(i + 1).role() == Role.ASSISTANT;
        if (message.role() == Role.USER && last) {
          more = answer();
        }
      }
    }

    /** Answers what stands there; false where the conversation is to end. */
    boolean answer() throws InterruptedException {
      List<Answer> answers = answering.answers(messages, candidates);
      int best = choosing.best(messages, answers);
      for (int i = 0; i < answers.size(); i++) {
        if (i != best) {
          others.add(answers.get(i).message().content());
        }
      }
      Answer answer = answers.get(best);
      cutOff = answer.truncated();
      messages.add(answer.message());
      return !cutOff && (maxTotalTokens.isEmpty() || answer.tokens() < maxTotalTokens.getAsLong());
    }

    Outcome outcome() {
      if (!cutOff) {
        return Outcome.keep(finished(messages));
      }
      calls.context().count("answers cut off", 1);
      return switch (truncated) {
        case MARK -> Outcome.keep(finished(messages).withMetadata("response_truncated", true));
        case DROP -> Outcome.drop("answer cut off");
        case CUT -> {
          int whole = Turns.lastIndex(messages.subList(0, messages.size() - 1), Role.ASSISTANT);
          yield whole < 0
              ? Outcome.drop("answer cut off")
              : Outcome.keep(finished(messages.subList(0, whole + 1)));
        }
      };
    }

    private DataRecord finished(List<ChatMessage> messages) {
      ChatRecord distilled = calls.stamp(record.withMessages(messages));
      return keepOthers && !others.isEmpty()
          ? distilled.withMetadata("other_answers", List.copyOf(others))
          : distilled;
    }
  }
}
