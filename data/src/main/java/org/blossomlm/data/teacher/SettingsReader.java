package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/** Reads an object of a configuration; errors name the key, what was found and what is allowed. */
final class SettingsReader {
  private static final int SHOWN_CHARACTERS = 60;

  private final String where;
  private final Map<String, @Nullable Object> fields;
  private final Set<String> known = new LinkedHashSet<>();

  private SettingsReader(String where, Map<String, @Nullable Object> fields) {
    this.where = where;
    this.fields = fields;
  }

  /**
   * @throws DataException if {@code value} is not an object
   */
  static SettingsReader of(String where, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new DataException(where + ": found " + shown(value) + ", allowed is an object");
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    map.forEach((key, element) -> fields.put(String.valueOf(key), element));
    return new SettingsReader(where, fields);
  }

  Set<String> names() {
    return fields.keySet();
  }

  boolean has(String name) {
    known.add(name);
    return fields.get(name) != null;
  }

  @Nullable Object value(String name) {
    known.add(name);
    return fields.get(name);
  }

  Optional<String> text(String name) {
    return switch (value(name)) {
      case null -> Optional.empty();
      case String text when !text.isBlank() -> Optional.of(text.strip());
      case Number number -> Optional.of(number.toString());
      default -> throw wrong(name, "a text");
    };
  }

  boolean flag(String name, boolean otherwise) {
    return switch (value(name)) {
      case null -> otherwise;
      case Boolean flag -> flag;
      default -> throw wrong(name, "true or false");
    };
  }

  Optional<BigDecimal> decimal(String name, BigDecimal least, BigDecimal most) {
    if (!has(name)) {
      return Optional.empty();
    }
    BigDecimal number = null;
    try {
      number = new BigDecimal(String.valueOf(value(name)).replace("_", ""));
    } catch (NumberFormatException e) {
      // Told below, with what is allowed.
    }
    if (number == null || number.compareTo(least) < 0 || number.compareTo(most) > 0) {
      throw wrong(name, "a number from " + least.toPlainString() + " to " + most.toPlainString());
    }
    return Optional.of(number);
  }

  OptionalLong integer(String name, long least, long most) {
    Optional<BigDecimal> number =
        decimal(name, BigDecimal.valueOf(least), BigDecimal.valueOf(most));
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    if (number.get().stripTrailingZeros().scale() > 0) {
      throw wrong(name, "a whole number from " + least + " to " + most);
    }
    return OptionalLong.of(number.get().longValue());
  }

  /** A number of seconds. */
  Duration seconds(String name, Duration otherwise) {
    return decimal(name, new BigDecimal("0.001"), BigDecimal.valueOf(86_400))
        .map(seconds -> Duration.ofMillis(seconds.movePointRight(3).longValue()))
        .orElse(otherwise);
  }

  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
    Optional<String> found = text(name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> allowed = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String spelled = constant.name().toLowerCase(Locale.ROOT);
      if (spelled.equals(found.get())) {
        return Optional.of(constant);
      }
      allowed.add(spelled);
    }
    throw wrong(name, "one of " + String.join(", ", allowed));
  }

  /** A text or a list of texts. */
  List<String> texts(String name) {
    return switch (value(name)) {
      case null -> List.of();
      case String text -> List.of(text);
      case List<?> list -> {
        List<String> texts = new ArrayList<>();
        for (Object element : list) {
          if (!(element instanceof String text)) {
            throw wrong(name, "a text or a list of texts");
          }
          texts.add(text);
        }
        yield texts;
      }
      default -> throw wrong(name, "a text or a list of texts");
    };
  }

  /** An object, empty where there is none. */
  SettingsReader object(String name) {
    Object value = value(name);
    return of(where + "." + name, value == null ? Map.of() : value);
  }

  Map<String, @Nullable Object> map(String name) {
    return object(name).fields;
  }

  DataException wrong(String name, String allowed) {
    return new DataException(
        where + "." + name + ": found " + shown(fields.get(name)) + ", allowed is " + allowed);
  }

  /**
   * @throws DataException if there is a key that nobody asked for, with the nearest one that was
   */
  void finish() {
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw new DataException(
            where + ": no such key: '" + name + "'" + NearestName.suggestion(name, known));
      }
    }
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case Map<?, ?> map -> "an object";
      case List<?> list -> "a list";
      default -> {
        String text = value.toString();
        yield "'"
            + (text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…")
            + "'";
      }
    };
  }
}
