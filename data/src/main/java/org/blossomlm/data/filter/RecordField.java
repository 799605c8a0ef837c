package org.blossomlm.data.filter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * A value of a record, by name: {@code score} is a field of a row or else of the metadata, {@code
 * metadata.judge.score} only of the metadata, dots lead into maps; {@code id} and {@code source}
 * (the file it came from); computed ones begin with {@code @}: {@code @length} (characters of all
 * messages), {@code @turns} (of the user), {@code @language}, {@code @kind}.
 */
public final class RecordField {
  private static final List<String> COMPUTED = List.of("@length", "@turns", "@language", "@kind");
  private static final String METADATA = "metadata.";

  private final String name;

  private RecordField(String name) {
    this.name = name;
  }

  /**
   * The field called {@code name}.
   *
   * @throws DataException if it begins with {@code @} and is none of the computed ones
   */
  public static RecordField of(String name) {
    if (name.startsWith("@") && !COMPUTED.contains(name)) {
      throw new DataException(
          "no computed field is called '" + name + "'; allowed: " + String.join(", ", COMPUTED));
    }
    return new RecordField(name);
  }

  public String name() {
    return name;
  }

  /** The value, empty where the record has none. */
  public Optional<Object> value(DataRecord record) {
    return Optional.ofNullable(
        switch (name) {
          case "id" -> record.id();
          case "source" ->
              record
                  .head()
                  .provenance()
                  .origin()
                  .map(origin -> (Object) origin.file())
                  .orElse(null);
          case "@length" ->
              TextScope.ALL.texts(record).stream()
                  .mapToLong(text -> text.codePointCount(0, text.length()))
                  .sum();
          case "@turns" ->
              record instanceof ChatRecord chat
                  ? (Object) chat.messages().stream().filter(m -> m.role() == Role.USER).count()
                  : null;
          case "@language" -> Language.of(TextScope.ALL.joined(record)).tag();
          case "@kind" -> record.getClass().getSimpleName();
          default -> stored(record);
        });
  }

  private @Nullable Object stored(DataRecord record) {
    if (name.startsWith(METADATA)) {
      return inside(record.head().metadata(), name.substring(METADATA.length()));
    }
    if (record instanceof RowRecord row) {
      Object value = inside(row.fields(), name);
      if (value != null) {
        return value;
      }
    }
    return inside(record.head().metadata(), name);
  }

  /** A key with dots in it is found before a map with that path. */
  private static @Nullable Object inside(Map<?, ?> map, String path) {
    if (map.containsKey(path)) {
      return map.get(path);
    }
    int dot = path.indexOf('.');
    return dot > 0 && map.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? inside(inner, path.substring(dot + 1))
        : null;
  }

  /** The value as a number: numbers, and texts that are one. */
  public Optional<Double> number(DataRecord record) {
    Optional<Object> value = value(record);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof Number number) {
      return Optional.of(number.doubleValue());
    }
    try {
      return value.get() instanceof String text
          ? Optional.of(Double.parseDouble(text.strip()))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The value as a group is called; {@code (none)} where there is none. */
  public String group(DataRecord record) {
    return value(record).map(String::valueOf).orElse("(none)");
  }
}
