package org.blossomlm.data.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object that have not been taken yet; what is left at the end is extra. */
final class Fields {
  /** Where fields are kept whose names mean something else in the format that is written. */
  static final String EXTRA = "extra_fields";

  private static final int SHOWN_CHARACTERS = 40;

  private final Map<String, @Nullable Object> left;

  Fields(Map<String, ? extends @Nullable Object> fields) {
    left = new LinkedHashMap<>(fields);
  }

  boolean has(String name) {
    return left.containsKey(name);
  }

  @Nullable Object peek(String name) {
    return left.get(name);
  }

  @Nullable Object take(String name) {
    return left.remove(name);
  }

  /** Gives a field back, or adds one. */
  void put(String name, @Nullable Object value) {
    left.put(name, value);
  }

  /** A string; nothing if it is missing or null. */
  Optional<String> takeString(String name) {
    return switch (take(name)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      case Object other -> throw unexpected(name, other, "a string");
    };
  }

  /** An object; empty if it is missing or null. */
  Map<String, @Nullable Object> takeObject(String name) {
    return object(name, take(name));
  }

  /** A list; empty if it is missing or null. */
  List<?> takeList(String name) {
    return list(name, take(name));
  }

  /** What is left, with those of {@code names} put aside because they mean something else here. */
  Map<String, @Nullable Object> aside(List<String> names) {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(left);
    Map<String, @Nullable Object> aside = new LinkedHashMap<>();
    if (rest.get(EXTRA) instanceof Map<?, ?> earlier) {
      aside.putAll(object(EXTRA, earlier));
    }
    for (String name : names) {
      if (rest.containsKey(name)) {
        aside.put(name, rest.remove(name));
      }
    }
    if (!aside.isEmpty()) {
      rest.put(EXTRA, aside);
    }
    return rest;
  }

  /** What is left, with the fields that an earlier writer had to put aside. */
  Map<String, @Nullable Object> rest() {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(left);
    if (rest.get(EXTRA) instanceof Map<?, ?> aside) {
      rest.remove(EXTRA);
      aside.forEach((name, value) -> rest.putIfAbsent(String.valueOf(name), value));
    }
    return rest;
  }

  /**
   * Adds {@code extra} to an object that is to be written; what has a name that it uses, or that
   * its readers would take for something, is put aside.
   */
  static void addExtra(
      Map<String, @Nullable Object> to, Map<String, @Nullable Object> extra, List<String> taken) {
    Map<String, @Nullable Object> aside = new LinkedHashMap<>();
    extra.forEach((name, value) -> {
      if (to.containsKey(name) || taken.contains(name) || name.equals(EXTRA)) {
        aside.put(name, value);
      } else {
        to.put(name, value);
      }
    });
    if (!aside.isEmpty()) {
      to.put(EXTRA, aside);
    }
  }

  static Map<String, @Nullable Object> object(String name, @Nullable Object value) {
    return switch (value) {
      case null -> Map.of();
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        map.forEach((key, member) -> result.put(String.valueOf(key), member));
        yield result;
      }
      default -> throw unexpected(name, value, "an object");
    };
  }

  static List<?> list(String name, @Nullable Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> list -> list;
      default -> throw unexpected(name, value, "a list");
    };
  }

  static DataException unexpected(String name, @Nullable Object value, String allowed) {
    String found =
        switch (value) {
          case null -> "nothing";
          case String text -> "'" + shortened(text) + "'";
          case Map<?, ?> map -> "an object";
          case List<?> list -> "a list";
          default -> shortened(value.toString());
        };
    return new DataException(name + ": found " + found + ", allowed is " + allowed);
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }
}
