package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a table are messages, in the order of the conversation. A column may be a
 * string, a number, or a list of strings, each of which is a message. The other columns stay fields
 * of the record.
 *
 * @param roles who says the text of a column
 */
public record RowColumns(Map<String, Role> roles) {
  public RowColumns {
    roles = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(roles));
  }

  /**
   * Reads {@code question=user,answer=assistant}.
   *
   * @throws DataException saying what is wrong
   */
  public static RowColumns parse(String text) {
    Map<String, Role> roles = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.lastIndexOf('=');
      Optional<Role> role =
          switch (equals < 0 ? "" : pair.substring(equals + 1).strip()) {
            case "system" -> Optional.of(Role.SYSTEM);
            case "user" -> Optional.of(Role.USER);
            case "assistant" -> Optional.of(Role.ASSISTANT);
            default -> Optional.empty();
          };
      if (equals < 1 || role.isEmpty()) {
        throw new DataException(
            "columns: found '%s', allowed is COLUMN=ROLE with the roles system, user and assistant,"
                    .formatted(pair)
                + " e.g. question=user,answer=assistant");
      }
      roles.put(pair.substring(0, equals).strip(), role.get());
    }
    return new RowColumns(roles);
  }

  /**
   * The chat that a row holds; other records as they are.
   *
   * @throws DataException if a column is missing or holds no text
   */
  public DataRecord apply(DataRecord record) {
    if (!(record instanceof RowRecord row)) {
      return record;
    }
    Map<String, @Nullable Object> left = new LinkedHashMap<>(row.fields());
    List<ChatMessage> messages = new ArrayList<>();
    roles.forEach((column, role) -> {
      Object value = left.remove(column);
      switch (value) {
        case String text when role == Role.SYSTEM && text.isEmpty() -> {}
        case String text -> messages.add(ChatMessage.of(role, text));
        case Number number -> messages.add(ChatMessage.of(role, number.toString()));
        case List<?> list when list.stream().allMatch(String.class::isInstance) ->
            list.forEach(text -> messages.add(ChatMessage.of(role, String.valueOf(text))));
        case null -> {
          if (role != Role.SYSTEM) {
            throw Fields.unexpected(
                "column " + column,
                null,
                "a string; there are " + String.join(", ", row.fields().keySet()));
          }
        }
        default -> throw Fields.unexpected("column " + column, value, "a string");
      }
    });
    RecordHead head = row.head();
    if (RecordIds.own(left.get("id")).filter(head.id()::equals).isPresent()) {
      left.remove("id");
    }
    return new ChatRecord(
        new RecordHead(head.id(), head.metadata(), head.provenance(), head.failure(), left),
        messages);
  }
}
