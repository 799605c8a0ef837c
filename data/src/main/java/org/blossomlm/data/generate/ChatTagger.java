package org.blossomlm.data.generate;

import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;

/** Says what a chat's user asks for: its category, difficulty, quality and topics, in metadata. */
final class ChatTagger {
  private static final List<String> CATEGORIES =
      List.of(
          "information",
          "reasoning",
          "math",
          "coding",
          "writing",
          "editing",
          "planning",
          "data analysis",
          "advice",
          "role play",
          "brainstorming",
          "translation",
          "other");

  private final TeacherSettings teacher;
  private final AnswerSchema schema;

  private ChatTagger(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    List<String> categories = arguments.texts("categories");
    if (categories.size() < 2) {
      throw new DataException("categories needs at least two entries, found " + categories);
    }
    schema =
        AnswerSchema.of(
            AnswerSchema.Field.text(
                "intent", "what the user wants, in one sentence", "用一句话说明用户想要什么"),
            AnswerSchema.Field.choice("category", categories, "the main kind of task", "任务的主要类别"),
            AnswerSchema.Field.texts("topics", 1, 5, "subjects, a word or two each", "主题，每个一两个词"),
            AnswerSchema.Field.integer("difficulty", 1, 5, "as described above", "含义见上文"),
            AnswerSchema.Field.integer("request_quality", 1, 5, "as described above", "含义见上文"));
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "chat_tagger",
        "Writes category, difficulty and request_quality (1 to 5), topics and intent into metadata",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.of(
                "categories", Kind.TEXTS, CATEGORIES, "the categories to choose from, two or more"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new ChatTagger(arguments)::tag));
  }

  private Outcome tag(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    StructuredAnswer tags =
        new AnswerDialogue(calls, teacher, PromptLanguage.of(record))
            .structured(Prompt.TAG, Map.of("conversation", Turns.shown(record.messages())), schema);
    ChatRecord tagged = calls.stamp(record);
    for (Map.Entry<String, Object> tag : tags.values().entrySet()) {
      tagged = tagged.withHead(tagged.head().withMetadata(tag.getKey(), tag.getValue()));
    }
    return Outcome.keep(tagged);
  }
}
