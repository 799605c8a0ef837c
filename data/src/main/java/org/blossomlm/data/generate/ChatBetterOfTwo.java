package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Two answers to the last user message, of which a judge takes the better one. The judge sees them
 * in both orders: an answer wins if it wins both, or one and the other is a tie; else it is a draw.
 */
final class ChatBetterOfTwo {
  private static final AnswerSchema VERDICT =
      AnswerSchema.of(
          AnswerSchema.Field.text(
              "analysis", "strengths and faults of both, briefly", "简要说明两者的优缺点"),
          AnswerSchema.Field.choice(
              "better", List.of("A", "B", "tie"), "the better answer", "更好的回答，不分高下时为 tie"));

  private final Optional<TeacherSettings> first;
  private final TeacherSettings second;
  private final TeacherSettings judge;
  private final boolean drawRoles;
  private final String output;
  private final boolean keepTies;

  private ChatBetterOfTwo(Arguments arguments) {
    second = TeacherSettings.of(arguments);
    first =
        arguments
            .optionalText("first_teacher")
            .map(name -> new TeacherSettings(name, second.parameters(), second.retries()));
    judge = new TeacherSettings(arguments.text("judge"), Map.of(), second.retries());
    drawRoles = arguments.flag("draw_roles");
    output = arguments.text("output");
    keepTies = arguments.text("ties").equals("first");
    if (drawRoles && first.isEmpty()) {
      throw new DataException("draw_roles needs first_teacher: three teachers share the roles");
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "chat_better_of_two",
        "Takes the better of two answers to the last question, as a chat or a preference pair",
        List.of(
            Parameter.required("teacher", Kind.TEACHER, "who writes the second answer"),
            Parameter.optional(
                "first_teacher",
                Kind.TEACHER,
                "who writes the first answer; without it the chat's own answer is the first"),
            Parameter.required("judge", Kind.TEACHER, "who compares"),
            Parameter.of(
                "draw_roles",
                Kind.FLAG,
                false,
                "whether the three teachers draw lots, for each record, who judges"),
            Parameter.choice(
                "output",
                List.of("chat", "preference", "both"),
                "the better answer in a chat, both in a preference pair, or both records"),
            Parameter.choice(
                "ties",
                List.of("drop", "first"),
                "where neither is better the record is dropped, or the first answer taken; a "
                    + "preference pair is never made of a tie"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new ChatBetterOfTwo(arguments)::compare));
  }

  private Outcome compare(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    List<ChatMessage> question = Turns.lastQuestion(record.messages());
    Roles roles = roles(record, calls);
    Answer a =
        roles.first().isPresent()
            ? new Answering(calls, roles.first().get(), record.tools()).answer(question)
            : ownAnswer(record, question.size());
    Answer b = new Answering(calls, roles.second(), record.tools()).answer(question);
    int better =
        better(new AnswerDialogue(calls, roles.judge(), PromptLanguage.of(record)), question, a, b);
    if (better == 0 && !keepTies) {
      return Outcome.drop("neither answer is better");
    }
    ChatMessage chosen = (better >= 0 ? a : b).message();
    ChatMessage rejected = (better >= 0 ? b : a).message();
    List<ChatMessage> messages = new ArrayList<>(question);
    messages.add(chosen);
    ChatRecord chat =
        calls.stamp(
            record
                .withMessages(messages)
                .withHead(
                    record
                        .head()
                        .withMetadata(
                            "answered_by",
                            (better >= 0 ? roles.firstName() : roles.second().teacher()))
                        .withMetadata("judged_by", roles.judge().teacher())));
    List<DataRecord> records = new ArrayList<>();
    if (!output.equals("preference")) {
      records.add(chat);
    }
    if (!output.equals("chat") && better != 0) {
      PreferenceRecord pair =
          new PreferenceRecord(chat.head(), question, List.of(chosen), List.of(rejected));
      records.add(
          records.isEmpty()
              ? pair
              : pair.withHead(pair.head().withId(record.id() + "-preference")));
    }
    return records.isEmpty() ? Outcome.drop("neither answer is better") : new Outcome.Keep(records);
  }

  private record Roles(
      Optional<TeacherSettings> first, TeacherSettings second, TeacherSettings judge) {
    String firstName() {
      return first.map(TeacherSettings::teacher).orElse("source");
    }
  }

  private Roles roles(ChatRecord record, TeacherCalls calls) {
    if (!drawRoles) {
      return new Roles(first, second, judge);
    }
    List<String> names =
        new ArrayList<>(List.of(first.orElseThrow().teacher(), second.teacher(), judge.teacher()));
    Collections.shuffle(names, Random.from(calls.context().random(record)));
    return new Roles(
        Optional.of(new TeacherSettings(names.get(0), second.parameters(), second.retries())),
        new TeacherSettings(names.get(1), second.parameters(), second.retries()),
        new TeacherSettings(names.get(2), Map.of(), second.retries()));
  }

  private static Answer ownAnswer(ChatRecord record, int from) {
    if (record.messages().size() == from + 1
        && record.messages().get(from).role() == Role.ASSISTANT) {
      return new Answer(record.messages().get(from), false, 0);
    }
    throw new GenerationException(
        "the chat does not end with one answer to its last user message; name a first_teacher");
  }

  /** Above 0 where {@code a} is better, below where {@code b} is, 0 where neither is. */
  private static int better(AnswerDialogue judge, List<ChatMessage> question, Answer a, Answer b)
      throws InterruptedException {
    if (a.truncated() || b.truncated()) {
      if (a.truncated() && b.truncated()) {
        throw new GenerationException("both answers were cut off");
      }
      return a.truncated() ? -1 : 1;
    }
    int votes = vote(judge, question, a, b) - vote(judge, question, b, a);
    return Integer.signum(votes);
  }

  private static int vote(
      AnswerDialogue judge, List<ChatMessage> question, Answer shownFirst, Answer shownSecond)
      throws InterruptedException {
    String better =
        judge
            .structured(
                Prompt.COMPARE,
                Map.of(
                    "conversation",
                    Turns.shown(question),
                    "first",
                    shownFirst.message().content(),
                    "second",
                    shownSecond.message().content()),
                VERDICT)
            .text("better");
    return better.equals("A") ? 1 : better.equals("B") ? -1 : 0;
  }
}
