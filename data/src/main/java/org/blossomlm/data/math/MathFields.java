package org.blossomlm.data.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/** Where records have their solutions, references and options. */
final class MathFields {
  private MathFields() {}

  /**
   * The solution to check.
   *
   * @param field of rows
   * @throws DataException if the record has none
   */
  static String solution(DataRecord record, String field) {
    return switch (record) {
      case ChatRecord chat ->
          chat.last(Role.ASSISTANT)
              .map(ChatMessage::content)
              .orElseThrow(() -> new DataException("the chat has no assistant message to check"));
      case TextRecord text -> text.text();
      case RowRecord row ->
          Optional.ofNullable(row.fields().get(field))
              .map(Object::toString)
              .orElseThrow(() ->
                  new DataException(
                      "the row has no field "
                          + field
                          + " with a solution; it has "
                          + row.fields().keySet()
                          + "; name one with solution"));
      case PreferenceRecord _ ->
          throw new DataException(
              "a preference pair has two solutions; check chats, before they are paired");
    };
  }

  /** A field of a row, else an entry of the metadata. */
  static Optional<Object> value(DataRecord record, String name) {
    @Nullable Object field = record instanceof RowRecord row ? row.fields().get(name) : null;
    return Optional.ofNullable(field)
        .or(() -> Optional.ofNullable(record.head().metadata().get(name)));
  }

  static Optional<String> text(DataRecord record, String name) {
    return value(record, name)
        .map(value -> value instanceof List<?> list && list.size() == 1 ? list.getFirst() : value)
        .map(Object::toString)
        .filter(text -> !text.isBlank());
  }

  /**
   * The texts of the options A, B, ...: a list of texts or of objects with a {@code content} or
   * {@code text}, each perhaps in a list of its own, or an object from letters to texts in their
   * order.
   *
   * @throws DataException if they are something else, or absent
   */
  static List<String> options(DataRecord record, String name) {
    Object value =
        value(record, name)
            .orElseThrow(() ->
                new DataException(
                    "the record has no " + name + " with the options; name them with options"));
    List<String> options = new ArrayList<>();
    if (value instanceof Map<?, ?> letters) {
      letters.values().forEach(option -> options.add(String.valueOf(option)));
    } else if (value instanceof List<?> list) {
      list.forEach(option -> options.add(option(option, name)));
    }
    if (options.isEmpty() || options.size() > ChoiceVerifier.MAX_OPTIONS) {
      throw new DataException(
          name
              + " should be a list of 1 to "
              + ChoiceVerifier.MAX_OPTIONS
              + " options, but is "
              + value);
    }
    return options;
  }

  private static String option(@Nullable Object option, String name) {
    return switch (option) {
      case String text -> text;
      case Number number -> number.toString();
      case List<?> list when list.size() == 1 -> option(list.getFirst(), name);
      case Map<?, ?> map when map.get("content") instanceof String content -> content;
      case Map<?, ?> map when map.get("text") instanceof String text -> text;
      case null, default ->
          throw new DataException("an option of " + name + " should be a text, but is " + option);
    };
  }
}
