package org.blossomlm.data.generate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a teacher's JSON answer must look like: a flat object, all fields required, others ignored.
 *
 * @param fields in the order in which a teacher is to write them; an analysis comes before what it
 *     leads to
 */
public record AnswerSchema(List<Field> fields) {
  /** What a field holds. */
  public enum Kind {
    TEXT,
    FLAG,
    INTEGER,
    CHOICE,
    TEXTS
  }

  /**
   * One field.
   *
   * @param note what it is, in English and in Chinese: for the teacher
   * @param allowed values of a choice
   * @param least of an integer, or how many texts
   * @param most of an integer, or how many texts
   */
  public record Field(
      String name,
      Kind kind,
      String note,
      String noteInChinese,
      List<String> allowed,
      long least,
      long most) {
    public Field {
      allowed = List.copyOf(allowed);
    }

    /** A text that may be empty. */
    public static Field text(String name, String note, String noteInChinese) {
      return new Field(name, Kind.TEXT, note, noteInChinese, List.of(), 0, 0);
    }

    public static Field flag(String name, String note, String noteInChinese) {
      return new Field(name, Kind.FLAG, note, noteInChinese, List.of(), 0, 0);
    }

    public static Field integer(
        String name, long least, long most, String note, String noteInChinese) {
      return new Field(name, Kind.INTEGER, note, noteInChinese, List.of(), least, most);
    }

    public static Field choice(
        String name, List<String> allowed, String note, String noteInChinese) {
      return new Field(name, Kind.CHOICE, note, noteInChinese, allowed, 0, 0);
    }

    /** A list of texts, none of them blank. */
    public static Field texts(
        String name, long least, long most, String note, String noteInChinese) {
      return new Field(name, Kind.TEXTS, note, noteInChinese, List.of(), least, most);
    }
  }

  public AnswerSchema {
    fields = List.copyOf(fields);
  }

  public static AnswerSchema of(Field... fields) {
    return new AnswerSchema(List.of(fields));
  }

  /** The same as a JSON schema, for services that hold a model to one. */
  public Map<String, Object> jsonSchema() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Field field : fields) {
      Map<String, Object> property = new LinkedHashMap<>();
      switch (field.kind()) {
        case TEXT -> property.put("type", "string");
        case FLAG -> property.put("type", "boolean");
        case INTEGER -> {
          property.put("type", "integer");
          property.put("minimum", field.least());
          property.put("maximum", field.most());
        }
        case CHOICE -> {
          property.put("type", "string");
          property.put("enum", field.allowed());
        }
        case TEXTS -> {
          property.put("type", "array");
          property.put("items", Map.of("type", "string"));
          property.put("minItems", field.least());
          property.put("maxItems", field.most());
        }
      }
      property.put("description", field.note());
      properties.put(field.name(), property);
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", fields.stream().map(Field::name).toList());
    schema.put("additionalProperties", false);
    return schema;
  }

  /** The shape in words, for a prompt: one line for each field. */
  String describe(PromptLanguage language) {
    return fields.stream()
        .map(field ->
            "  \"%s\": %s"
                .formatted(
                    field.name(),
                    language == PromptLanguage.EN
                        ? expected(field) + " – " + field.note()
                        : inChinese(field) + "——" + field.noteInChinese()))
        .collect(Collectors.joining("\n", "{\n", "\n}"));
  }

  /**
   * The fields of {@code object} as Java values: String, Boolean, Long, a constant of the choice,
   * List of String.
   *
   * @throws MismatchException naming the field, what was found and what is allowed
   */
  Map<String, Object> check(Map<String, @Nullable Object> object) throws MismatchException {
    Map<String, Object> result = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (Field field : fields) {
      if (!object.containsKey(field.name())) {
        problems.add(
            "the field \"%s\" is missing: it must be %s".formatted(field.name(), expected(field)));
        continue;
      }
      Object found = object.get(field.name());
      Optional<Object> value = read(field, found);
      if (value.isPresent()) {
        result.put(field.name(), value.get());
      } else {
        problems.add(
            "the field \"%s\" must be %s, found %s"
                .formatted(field.name(), expected(field), shown(found)));
      }
    }
    if (!problems.isEmpty()) {
      throw new MismatchException(String.join("; ", problems));
    }
    return result;
  }

  /** An object that lacks what the schema asks for. */
  static final class MismatchException extends Exception {
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
      super(message);
    }
  }

  /** Generous where only one thing can be meant: {@code "true"}, {@code "7"}, {@code 7.0}. */
  private static Optional<Object> read(Field field, @Nullable Object found) {
    return switch (field.kind()) {
      case TEXT -> found instanceof String text ? Optional.of(text) : Optional.empty();
      case FLAG -> flag(found);
      case INTEGER ->
          integer(found).filter(n -> field.least() <= n && n <= field.most()).map(n -> n);
      case CHOICE ->
          found instanceof String text
              ? field.allowed().stream()
                  .filter(allowed -> allowed.equalsIgnoreCase(text.strip()))
                  .findFirst()
                  .map(allowed -> allowed)
              : Optional.empty();
      case TEXTS -> texts(field, found);
    };
  }

  private static Optional<Object> flag(@Nullable Object found) {
    return switch (found) {
      case Boolean flag -> Optional.of(flag);
      case String text ->
          switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "是" -> Optional.of(true);
            case "false", "no", "否" -> Optional.of(false);
            default -> Optional.empty();
          };
      case null, default -> Optional.empty();
    };
  }

  private static Optional<Long> integer(@Nullable Object found) {
    try {
      return switch (found) {
        case Long number -> Optional.of(number);
        case BigDecimal number -> exact(number);
        case String text -> exact(new BigDecimal(text.strip()));
        case null, default -> Optional.empty();
      };
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Without expanding an exponent such as {@code 1e999999999}. */
  private static Optional<Long> exact(BigDecimal number) {
    if (number.precision() - (long) number.scale() > 19) {
      return Optional.empty();
    }
    try {
      BigInteger whole = number.toBigIntegerExact();
      return Optional.of(whole.longValueExact());
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Optional<Object> texts(Field field, @Nullable Object found) {
    if (!(found instanceof List<?> list)
        || list.size() < field.least()
        || list.size() > field.most()
        || !list.stream().allMatch(e -> e instanceof String text && !text.isBlank())) {
      return Optional.empty();
    }
    return Optional.of(list.stream().map(String.class::cast).toList());
  }

  private static String expected(Field field) {
    return switch (field.kind()) {
      case TEXT -> "a string";
      case FLAG -> "true or false";
      case INTEGER -> "a whole number from " + field.least() + " to " + field.most();
      case CHOICE ->
          field.allowed().stream()
              .map(a -> "\"" + a + "\"")
              .collect(Collectors.joining(", ", "one of ", ""));
      case TEXTS -> "a list of " + field.least() + " to " + field.most() + " strings";
    };
  }

  private static String inChinese(Field field) {
    return switch (field.kind()) {
      case TEXT -> "字符串";
      case FLAG -> "true 或 false";
      case INTEGER -> field.least() + " 到 " + field.most() + " 的整数";
      case CHOICE ->
          field.allowed().stream()
              .map(a -> "\"" + a + "\"")
              .collect(Collectors.joining("、", "以下之一：", ""));
      case TEXTS -> field.least() + " 到 " + field.most() + " 个字符串的列表";
    };
  }

  private static String shown(@Nullable Object found) {
    String text = found instanceof String string ? "\"" + string + "\"" : String.valueOf(found);
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
