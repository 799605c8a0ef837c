package org.blossomlm.data.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;

/**
 * Makes a chat of each row: what the messages are like is said by templates. A text is a row with
 * the one field {@code text}. A row without a user message fails, as the template then asks for a
 * field that the file spells otherwise.
 */
final class RowToChat implements RecordOperator {
  private final FieldTemplate user;
  private final Optional<FieldTemplate> assistant;
  private final Optional<FieldTemplate> system;
  private final RowMetadata metadata;

  private RowToChat(Arguments arguments) {
    user = FieldTemplate.compile("user", arguments.text("user"));
    assistant =
        arguments.optionalText("assistant").map(text -> FieldTemplate.compile("assistant", text));
    system = arguments.optionalText("system").map(text -> FieldTemplate.compile("system", text));
    metadata = new RowMetadata(arguments);
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "row_to_chat",
        "Makes a chat of each row, by templates with its fields in them",
        List.of(
            Parameter.required(
                "user",
                Kind.TEXT,
                "the user message, a Jinja template: {{ question }}, {{ instances[0].input }},"
                    + " {% for option in options %}; the field of a text is text"),
            Parameter.optional(
                "assistant", Kind.TEXT, "a template of the answer; none where it gives nothing"),
            Parameter.optional(
                "system",
                Kind.TEXT,
                "a template of the system message; none where it gives nothing"),
            RowMetadata.METADATA,
            RowMetadata.KEEP_FIELDS),
        RowToChat::new);
  }

  @Override
  public Outcome apply(DataRecord record, OperatorContext context) {
    Map<String, @Nullable Object> fields = fields(record, "row_to_chat");
    String question = user.render(fields);
    if (question.isEmpty()) {
      throw new DataException(
          "the template of the user message gives nothing; the fields are " + fields.keySet());
    }
    List<ChatMessage> messages = new ArrayList<>();
    system
        .map(template -> template.render(fields))
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> messages.add(ChatMessage.system(text)));
    messages.add(ChatMessage.user(question));
    assistant
        .map(template -> template.render(fields))
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> messages.add(ChatMessage.assistant(text)));
    RecordHead head = metadata.head(record.head(), fields);
    return Outcome.keep(new ChatRecord(head, messages));
  }

  /**
   * The fields of a row or text.
   *
   * @throws DataException if the record is something else
   */
  static Map<String, @Nullable Object> fields(DataRecord record, String operator) {
    return switch (record) {
      case RowRecord row -> row.fields();
      case TextRecord text -> Map.of("text", text.text());
      default ->
          throw new DataException(
              operator
                  + " works on rows and texts, and this is a "
                  + record.getClass().getSimpleName()
                  + "; give its source format: rows");
    };
  }
}
