package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a record that an operator looks at or changes: messages of some roles, some fields
 * of a row, or the one text of a text record. Of a preference pair, all three lists of messages.
 *
 * @param roles whose messages count
 * @param reasoning whether what the assistant thought counts too
 * @param fields of a row; empty means every field that holds a text
 */
public record TextScope(Set<Role> roles, boolean reasoning, Set<String> fields) {
  /** Everything that somebody said or wrote, without reasoning. */
  public static final TextScope ALL = new TextScope(EnumSet.allOf(Role.class), false, Set.of());

  private static final String ROLES = "roles";
  private static final String FIELDS = "fields";

  public TextScope {
    roles = Set.copyOf(roles);
    fields = Set.copyOf(fields);
  }

  /** Messages of {@code roles}, all fields of rows. */
  public static TextScope of(Role... roles) {
    return new TextScope(Set.of(roles), false, Set.of());
  }

  /** The parameter that says whose messages count. */
  public static Parameter rolesParameter(List<String> defaults) {
    return Parameter.of(
        ROLES, Parameter.Kind.TEXTS, defaults, "whose messages: system, user, assistant, tool");
  }

  /** The parameter that says which fields of rows count. */
  public static Parameter fieldsParameter() {
    return Parameter.of(
        FIELDS, Parameter.Kind.TEXTS, List.of(), "fields of rows; none means all that hold text");
  }

  /**
   * The scope that {@code arguments} ask for; what they do not have is not narrowed.
   *
   * @param reasoning the name of the flag for reasoning, or empty where the operator has none
   */
  public static TextScope from(Arguments arguments, String reasoning) {
    Set<Role> roles =
        arguments.has(ROLES) ? parseRoles(arguments.texts(ROLES)) : EnumSet.allOf(Role.class);
    Set<String> fields =
        arguments.has(FIELDS) ? Set.copyOf(arguments.texts(FIELDS)) : Set.<String>of();
    return new TextScope(roles, arguments.has(reasoning) && arguments.flag(reasoning), fields);
  }

  private static Set<Role> parseRoles(List<String> names) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : names) {
      try {
        roles.add(Role.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new DataException(
            "roles: no role is called '" + name + "'; allowed: system, user, assistant, tool", e);
      }
    }
    return roles;
  }

  /** The texts in scope, in the order of the record. */
  public List<String> texts(DataRecord record) {
    List<String> texts = new ArrayList<>();
    switch (record) {
      case TextRecord text -> texts.add(text.text());
      case RowRecord row ->
          row.fields()
              .forEach((name, value) -> {
                if (value instanceof String text && (fields.isEmpty() || fields.contains(name))) {
                  texts.add(text);
                }
              });
      case ChatRecord chat -> collect(chat.messages(), texts);
      case PreferenceRecord pair -> {
        collect(pair.prompt(), texts);
        collect(pair.chosen(), texts);
        collect(pair.rejected(), texts);
      }
    }
    return texts;
  }

  /** The texts in scope as one, a line break between two. */
  public String joined(DataRecord record) {
    List<String> texts = texts(record);
    return texts.size() == 1 ? texts.getFirst() : String.join("\n", texts);
  }

  private void collect(List<ChatMessage> messages, List<String> texts) {
    for (ChatMessage message : messages) {
      if (roles.contains(message.role())) {
        if (reasoning) {
          message.reasoning().ifPresent(texts::add);
        }
        texts.add(message.content());
      }
    }
  }

  /** The record with every text in scope changed; the same record where nothing changed. */
  public DataRecord map(DataRecord record, UnaryOperator<String> change) {
    DataRecord changed =
        switch (record) {
          case TextRecord text -> text.withText(change.apply(text.text()));
          case RowRecord row -> {
            Map<String, @Nullable Object> values = new LinkedHashMap<>(row.fields());
            values.replaceAll((name, value) ->
                value instanceof String text && (fields.isEmpty() || fields.contains(name))
                    ? change.apply(text)
                    : value);
            yield new RowRecord(row.head(), values);
          }
          case ChatRecord _, PreferenceRecord _ ->
              mapMessages(record, message -> map(message, change));
        };
    return changed.equals(record) ? record : changed;
  }

  /** The record with every text in the arguments of tool calls in scope changed. */
  DataRecord mapToolArguments(DataRecord record, UnaryOperator<String> change) {
    DataRecord changed =
        mapMessages(
            record,
            message ->
                message.toolCalls().isEmpty()
                    ? message
                    : ChangedMessage.of(
                        message,
                        message.toolCalls().stream()
                            .map(call ->
                                ChangedMessage.of(
                                    call, JsonTexts.mapObject(call.arguments(), change)))
                            .toList()));
    return changed.equals(record) ? record : changed;
  }

  private DataRecord mapMessages(DataRecord record, UnaryOperator<ChatMessage> change) {
    return switch (record) {
      case ChatRecord chat -> chat.withMessages(mapMessages(chat.messages(), change));
      case PreferenceRecord pair ->
          new PreferenceRecord(
              pair.head(),
              mapMessages(pair.prompt(), change),
              mapMessages(pair.chosen(), change),
              mapMessages(pair.rejected(), change));
      case TextRecord _, RowRecord _ -> record;
    };
  }

  private List<ChatMessage> mapMessages(
      List<ChatMessage> messages, UnaryOperator<ChatMessage> change) {
    return messages.stream()
        .map(message -> roles.contains(message.role()) ? change.apply(message) : message)
        .toList();
  }

  private ChatMessage map(ChatMessage message, UnaryOperator<String> change) {
    Optional<String> thought = reasoning ? message.reasoning().map(change) : message.reasoning();
    return ChangedMessage.of(message, map(message.body(), change), thought);
  }

  private static Content map(Content content, UnaryOperator<String> change) {
    return switch (content) {
      case Content.None none -> none;
      case Content.Text text -> new Content.Text(change.apply(text.text()));
      case Content.Parts parts ->
          new Content.Parts(
              parts.parts().stream()
                  .map(part ->
                      part instanceof ContentPart.Text text
                          ? new ContentPart.Text(change.apply(text.text()))
                          : part)
                  .toList());
    };
  }
}
