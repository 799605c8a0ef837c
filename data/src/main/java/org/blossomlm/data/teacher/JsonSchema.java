package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a JSON value follows a schema, in the words of JSON Schema that schemas of answers use:
 * {@code type, enum, const, properties, required, additionalProperties, items, anyOf, oneOf, allOf}
 * and the limits of numbers, lengths and patterns. What else a schema says is not checked.
 */
final class JsonSchema {
  private static final int DEEPEST = 100;

  private JsonSchema() {}

  /** What is wrong with {@code value}, in words that help a model to mend it. */
  static Optional<String> fault(@Nullable Object value, Map<?, ?> schema) {
    return fault("the answer", value, schema, 0);
  }

  private static Optional<String> fault(
      String where, @Nullable Object value, @Nullable Object rule, int depth) {
    if (!(rule instanceof Map<?, ?> schema)) {
      return Boolean.FALSE.equals(rule) ? Optional.of(where + " is not allowed") : Optional.empty();
    }
    if (depth > DEEPEST) {
      return Optional.of(where + " is nested too deeply");
    }
    return type(where, value, schema)
        .or(() -> constant(where, value, schema))
        .or(() -> combined(where, value, schema, depth))
        .or(() ->
            switch (value) {
              case Map<?, ?> object -> object(where, object, schema, depth);
              case List<?> list -> list(where, list, schema, depth);
              case String text -> text(where, text, schema);
              case Number number -> number(where, number, schema);
              case null, default -> Optional.empty();
            });
  }

  private static Optional<String> type(String where, @Nullable Object value, Map<?, ?> schema) {
    Object wanted = schema.get("type");
    List<?> types =
        wanted instanceof List<?> several ? several : wanted == null ? List.of() : List.of(wanted);
    return types.isEmpty() || types.stream().anyMatch(type -> isOf(value, String.valueOf(type)))
        ? Optional.empty()
        : Optional.of("%s must be of type %s".formatted(where, wanted));
  }

  private static boolean isOf(@Nullable Object value, String type) {
    return switch (type) {
      case "object" -> value instanceof Map<?, ?>;
      case "array" -> value instanceof List<?>;
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "number" -> value instanceof Number;
      case "integer" ->
          value instanceof Number number && decimal(number).stripTrailingZeros().scale() <= 0;
      case "null" -> value == null;
      default -> true;
    };
  }

  private static Optional<String> constant(String where, @Nullable Object value, Map<?, ?> schema) {
    List<?> allowed =
        schema.get("enum") instanceof List<?> several
            ? several
            : schema.containsKey("const") ? Collections.singletonList(schema.get("const")) : null;
    return allowed == null || allowed.stream().anyMatch(each -> same(each, value))
        ? Optional.empty()
        : Optional.of("%s must be one of %s".formatted(where, allowed));
  }

  private static boolean same(@Nullable Object a, @Nullable Object b) {
    return a instanceof Number first && b instanceof Number second
        ? decimal(first).compareTo(decimal(second)) == 0
        : Objects.equals(a, b);
  }

  private static Optional<String> combined(
      String where, @Nullable Object value, Map<?, ?> schema, int depth) {
    if (schema.get("allOf") instanceof List<?> all) {
      for (Object each : all) {
        Optional<String> fault = fault(where, value, each, depth + 1);
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    for (String word : List.of("anyOf", "oneOf")) {
      if (schema.get(word) instanceof List<?> some) {
        List<String> faults = new ArrayList<>();
        for (Object each : some) {
          fault(where, value, each, depth + 1).ifPresent(faults::add);
        }
        int fits = some.size() - faults.size();
        if (fits == 0) {
          return Optional.of(String.join(", or ", faults));
        }
        if (word.equals("oneOf") && fits > 1) {
          return Optional.of(where + " fits several of the forms of which one is allowed");
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> object(
      String where, Map<?, ?> object, Map<?, ?> schema, int depth) {
    if (schema.get("required") instanceof List<?> required) {
      for (Object name : required) {
        if (!object.containsKey(name)) {
          return Optional.of("%s lacks \"%s\"".formatted(where, name));
        }
      }
    }
    Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> named ? named : Map.of();
    for (Map.Entry<?, ?> field : object.entrySet()) {
      Object rule =
          properties.containsKey(field.getKey())
              ? properties.get(field.getKey())
              : schema.get("additionalProperties");
      Optional<String> fault =
          fault("\"" + field.getKey() + "\"", field.getValue(), rule, depth + 1);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> list(String where, List<?> list, Map<?, ?> schema, int depth) {
    Optional<String> size =
        within(where + " has too few or too many elements", list.size(), schema, "Items");
    if (size.isPresent()) {
      return size;
    }
    for (int i = 0; i < list.size(); i++) {
      Optional<String> fault =
          fault(
              "element %d of %s".formatted(i + 1, where),
              list.get(i),
              schema.get("items"),
              depth + 1);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> text(String where, String text, Map<?, ?> schema) {
    Optional<String> length =
        within(
            where + " is too short or too long",
            text.codePointCount(0, text.length()),
            schema,
            "Length");
    if (length.isPresent() || !(schema.get("pattern") instanceof String pattern)) {
      return length;
    }
    try {
      return Pattern.compile(pattern).matcher(text).find()
          ? Optional.empty()
          : Optional.of("%s must match %s".formatted(where, pattern));
    } catch (PatternSyntaxException e) {
      return Optional.empty(); // Another dialect of regular expressions; not known, not checked.
    }
  }

  private static Optional<String> number(String where, Number number, Map<?, ?> schema) {
    BigDecimal value = decimal(number);
    boolean small =
        schema.get("minimum") instanceof Number least && value.compareTo(decimal(least)) < 0
            || schema.get("exclusiveMinimum") instanceof Number below
                && value.compareTo(decimal(below)) <= 0;
    boolean large =
        schema.get("maximum") instanceof Number most && value.compareTo(decimal(most)) > 0
            || schema.get("exclusiveMaximum") instanceof Number above
                && value.compareTo(decimal(above)) >= 0;
    return small || large
        ? Optional.of("%s is %s, too %s".formatted(where, number, small ? "small" : "large"))
        : Optional.empty();
  }

  private static Optional<String> within(String fault, int size, Map<?, ?> schema, String what) {
    boolean fits =
        !(schema.get("min" + what) instanceof Number least && size < least.longValue())
            && !(schema.get("max" + what) instanceof Number most && size > most.longValue());
    return fits ? Optional.empty() : Optional.of(fault);
  }

  private static BigDecimal decimal(Number number) {
    return new BigDecimal(number.toString());
  }
}
