package org.blossomlm.data.filter;

import java.util.List;
import java.util.Locale;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Parameter;

/** Parameters that many operators of this package take. */
final class Parameters {
  static final List<String> ASSISTANT = List.of("assistant");
  static final List<String> EVERYBODY = List.of("system", "user", "assistant", "tool");

  static final Parameter CASE_SENSITIVE =
      Parameter.of(
          "case_sensitive", Parameter.Kind.FLAG, true, "whether upper and lower case differ");

  static final Parameter REVERSE =
      Parameter.of(
          "reverse", Parameter.Kind.FLAG, false, "drops what would stay and keeps what would go");

  static final Parameter FILTER_REASONING =
      Parameter.of(
          "filter_reasoning",
          Parameter.Kind.FLAG,
          false,
          "whether what the assistant thought counts as well");

  private Parameters() {}

  static Parameter integer(String name, long defaultValue, String summary) {
    return Parameter.of(name, Parameter.Kind.INTEGER, defaultValue, summary);
  }

  static Parameter number(String name, double defaultValue, String summary) {
    return Parameter.of(name, Parameter.Kind.NUMBER, defaultValue, summary);
  }

  static Parameter flag(String name, boolean defaultValue, String summary) {
    return Parameter.of(name, Parameter.Kind.FLAG, defaultValue, summary);
  }

  static Parameter text(String name, String defaultValue, String summary) {
    return Parameter.of(name, Parameter.Kind.TEXT, defaultValue, summary);
  }

  static Parameter texts(String name, List<String> defaultValue, String summary) {
    return Parameter.of(name, Parameter.Kind.TEXTS, defaultValue, summary);
  }

  /** The constants of {@code type} that a list of texts names. */
  static <E extends Enum<E>> List<E> choices(Arguments arguments, String name, Class<E> type) {
    return arguments.texts(name).stream().map(value -> constant(name, value, type)).toList();
  }

  private static <E extends Enum<E>> E constant(String name, String value, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(value.toUpperCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new DataException(
        name + ": '" + value + "' is not known; allowed: " + String.join(", ", names(type)));
  }

  /** The constants of {@code type} as recipes spell them. */
  static <E extends Enum<E>> List<String> names(Class<E> type) {
    return List.of(type.getEnumConstants()).stream()
        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
        .toList();
  }
}
