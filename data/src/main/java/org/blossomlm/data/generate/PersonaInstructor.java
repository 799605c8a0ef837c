package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;

/** Turns the description of a person into chats that this person might begin. */
final class PersonaInstructor {
  private final TeacherSettings teacher;
  private final String field;
  private final Prompt kind;
  private final String language;
  private final int count;

  private PersonaInstructor(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    field = arguments.text("field");
    kind =
        switch (arguments.text("kind")) {
          case "question" -> Prompt.PERSONA_QUESTION;
          case "task" -> Prompt.PERSONA_TASK;
          default -> Prompt.PERSONA_MATH;
        };
    language = arguments.text("language");
    count = Checked.integer(arguments, "count", 1, 20);
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "persona_instructor",
        "Makes chats that a described person might begin; each ends with the user message",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.choice(
                "kind",
                List.of("question", "task", "math"),
                "what the person sends: a question, a task, or a mathematical problem"),
            Parameter.choice(
                "language",
                List.of("same", "zh", "en"),
                "the language of the messages; that of the description by default"),
            Parameter.of(
                "count", Kind.INTEGER, 1L, "how many chats a person begins, 1 to 20: ID-1, ID-2 …"),
            Parameter.of(
                "field",
                Kind.TEXT,
                "persona",
                "the field of a row with the description; of a text it is the whole"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onRecords(new PersonaInstructor(arguments)::instruct));
  }

  private Outcome instruct(DataRecord record, TeacherCalls calls) throws InterruptedException {
    String persona = persona(record);
    PromptLanguage language =
        switch (this.language) {
          case "zh" -> PromptLanguage.ZH;
          case "en" -> PromptLanguage.EN;
          default -> PromptLanguage.of(persona);
        };
    List<String> messages =
        new AnswerDialogue(calls, teacher, language)
            .tagged(
                Prompt.PERSONA,
                Map.of(
                    "persona",
                    persona,
                    "kind",
                    kind.text(language),
                    "count",
                    String.valueOf(count)),
                answer -> enough(TaggedText.all(answer), language));
    List<DataRecord> chats = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = record.id() + "-" + (i + 1);
      chats.add(
          calls
              .stamp(new ChatRecord(record.head(), List.of(ChatMessage.user(messages.get(i)))))
              .withMetadata("persona", persona)
              .withMetadata("language", language.code())
              .mapHead(head -> head.withId(id)));
    }
    return new Outcome.Keep(chats);
  }

  private List<String> enough(List<String> messages, PromptLanguage language) {
    List<String> different = messages.stream().distinct().toList();
    if (different.size() < count) {
      throw new GenerationException(
          "there are %d different messages, %d are wanted".formatted(different.size(), count));
    }
    if (different.stream().anyMatch(message -> PromptLanguage.of(message) != language)) {
      throw new GenerationException(
          "all messages must be in " + language.nameIn(PromptLanguage.EN));
    }
    return different;
  }

  private String persona(DataRecord record) {
    Object persona =
        switch (record) {
          case TextRecord text -> text.text();
          case RowRecord row -> row.fields().get(field);
          default ->
              throw new GenerationException(
                  "persona_instructor works on texts and rows, the record is a "
                      + record.getClass().getSimpleName());
        };
    if (persona == null || persona.toString().isBlank()) {
      throw new GenerationException(
          record instanceof RowRecord row
              ? "the row has no " + field + "; found are " + row.fields().keySet()
              : "the text is empty");
    }
    return persona.toString().strip();
  }
}
