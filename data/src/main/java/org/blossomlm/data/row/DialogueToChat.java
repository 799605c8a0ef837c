package org.blossomlm.data.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * Makes a chat of a dialogue that a row holds as a list, whatever that calls its texts and
 * speakers. Messages that one speaker sends one after the other become one, a line break between
 * them. A dialogue that ends with the user stays so: it waits for an answer.
 */
final class DialogueToChat implements RecordOperator {
  private final String messagesField;
  private final String textField;
  private final Optional<String> speakerField;
  private final Set<String> users;
  private final OptionalLong upToTurn;
  private final Optional<FieldTemplate> system;
  private final RowMetadata metadata;

  private DialogueToChat(Arguments arguments) {
    messagesField = arguments.text("messages");
    textField = arguments.text("text");
    speakerField = arguments.optionalText("speaker");
    users = Set.copyOf(arguments.texts("users"));
    upToTurn =
        arguments.has("up_to_turn")
            ? OptionalLong.of(arguments.integer("up_to_turn"))
            : OptionalLong.empty();
    if (upToTurn.isPresent() && upToTurn.getAsLong() < 1) {
      throw new DataException("up_to_turn is " + upToTurn.getAsLong() + "; it must be at least 1");
    }
    system = arguments.optionalText("system").map(text -> FieldTemplate.compile("system", text));
    metadata = new RowMetadata(arguments);
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "dialogue_to_chat",
        "Makes a chat of a list of messages that a row holds",
        List.of(
            Parameter.of(
                "messages",
                Kind.TEXT,
                "messages",
                "the field with the list: of objects, or of texts alone"),
            Parameter.of("text", Kind.TEXT, "content", "the field of a message with its text"),
            Parameter.optional(
                "speaker",
                Kind.TEXT,
                "the field of a message with its speaker; without it two take turns, the user"
                    + " first"),
            Parameter.of(
                "users",
                Kind.TEXTS,
                List.of("user", "usr", "human"),
                "speakers that are the user; any other is the assistant"),
            Parameter.optional(
                "up_to_turn",
                Kind.INTEGER,
                "the chat ends with the user's message of this number, from 1, for a teacher to"
                    + " answer; without it the dialogue is taken whole"),
            Parameter.optional(
                "system",
                Kind.TEXT,
                "a template of the system message; none where it gives nothing"),
            RowMetadata.METADATA,
            RowMetadata.KEEP_FIELDS),
        DialogueToChat::new);
  }

  @Override
  public Outcome apply(DataRecord record, OperatorContext context) {
    Map<String, @Nullable Object> fields = RowToChat.fields(record, "dialogue_to_chat");
    if (!(fields.get(messagesField) instanceof List<?> said) || said.isEmpty()) {
      throw new DataException(
          "the row has no list of messages in %s; it has %s; name the list with messages"
              .formatted(messagesField, fields.keySet()));
    }
    List<ChatMessage> messages = new ArrayList<>();
    system
        .map(template -> template.render(fields))
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> messages.add(ChatMessage.system(text)));
    for (int i = 0; i < said.size(); i++) {
      add(messages, role(said.get(i), i), text(said.get(i), i));
    }
    upToTurn.ifPresent(turn -> cut(messages, turn));
    return Outcome.keep(new ChatRecord(metadata.head(record.head(), fields), messages));
  }

  /** Ends behind the user's message {@code turn}, or their last one if there are fewer. */
  private static void cut(List<ChatMessage> messages, long turn) {
    int end = messages.size();
    long turns = 0;
    for (int i = 0; i < messages.size() && turns < turn; i++) {
      if (messages.get(i).role() == Role.USER) {
        turns++;
        end = i + 1;
      }
    }
    messages.subList(end, messages.size()).clear();
  }

  private static void add(List<ChatMessage> messages, Role role, String text) {
    if (!messages.isEmpty() && messages.getLast().role() == role) {
      ChatMessage before = messages.removeLast();
      messages.add(ChatMessage.of(role, before.content() + "\n" + text));
    } else {
      messages.add(ChatMessage.of(role, text));
    }
  }

  private Role role(@Nullable Object message, int i) {
    if (speakerField.isEmpty()) {
      return i % 2 == 0 ? Role.USER : Role.ASSISTANT;
    }
    Object speaker = message instanceof Map<?, ?> fields ? fields.get(speakerField.get()) : null;
    if (speaker == null) {
      throw new DataException(
          "message %d has no speaker in %s".formatted(i + 1, speakerField.get()));
    }
    return users.contains(speaker.toString()) ? Role.USER : Role.ASSISTANT;
  }

  private String text(@Nullable Object message, int i) {
    Object text = message instanceof Map<?, ?> fields ? fields.get(textField) : message;
    if (text instanceof String found && !found.isBlank()) {
      return found.strip();
    }
    throw new DataException(
        message instanceof Map<?, ?> fields
            ? "message %d has no text in %s; it has %s".formatted(i + 1, textField, fields.keySet())
            : "message %d is neither an object nor a text".formatted(i + 1));
  }
}
