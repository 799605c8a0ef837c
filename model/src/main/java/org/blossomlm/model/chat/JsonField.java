package org.blossomlm.model.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.ModelException;
import org.jspecify.annotations.Nullable;

/**
 * A value of parsed JSON that knows where it stands, so that errors can say so.
 *
 * @param path such as {@code messages[2].role}
 */
record JsonField(String path, @Nullable Object value) {
  private static final int SHOWN_CHARACTERS = 40;

  List<?> list() {
    if (value instanceof List<?> list) {
      return list;
    }
    throw unexpected("a list");
  }

  Map<String, @Nullable Object> object() {
    if (!(value instanceof Map<?, ?> map)) {
      throw unexpected("an object");
    }
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    map.forEach((key, element) -> result.put(String.valueOf(key), element));
    return result;
  }

  String string() {
    if (value instanceof String string) {
      return string;
    }
    throw unexpected("a string");
  }

  String stringOr(String other) {
    return value instanceof String string ? string : other;
  }

  Optional<String> optionalString() {
    return value == null ? Optional.empty() : Optional.of(string());
  }

  JsonField field(Map<String, @Nullable Object> object, String name) {
    return new JsonField(path + "." + name, object.get(name));
  }

  JsonField element(List<?> list, int index) {
    return new JsonField(path + "[" + index + "]", list.get(index));
  }

  ModelException unexpected(String allowed) {
    String found =
        switch (value) {
          case null -> "nothing";
          case String string -> "'" + shortened(string) + "'";
          case Map<?, ?> map -> "an object";
          case List<?> list -> "a list";
          default -> shortened(value.toString());
        };
    return new ModelException(path + ": found " + found + ", allowed is " + allowed);
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }
}
