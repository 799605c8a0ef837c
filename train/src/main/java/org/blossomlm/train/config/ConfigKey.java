package org.blossomlm.train.config;

import java.util.List;
import java.util.Optional;

/**
 * One key of a configuration, as {@code keys.txt} declares it.
 *
 * @param path names from the top with dots between; {@code []} after the name of a list of objects
 * @param kind how its value is written
 * @param allowed values of a choice
 * @param range of a number
 * @param itemKeys of {@link Kind#ITEMS}: the path under which the keys of an item are declared
 * @param defaultValue what holds where a configuration is silent, as text
 * @param required whether it must be given
 */
public record ConfigKey(
    String path,
    Kind kind,
    List<String> allowed,
    Optional<Interval> range,
    String itemKeys,
    Optional<String> defaultValue,
    boolean required,
    String english,
    String chinese) {
  /** How a value is written in YAML. */
  public enum Kind {
    TEXT,
    PATH,
    /** A list of texts, or one. */
    TEXTS,
    MAP,
    FLAG,
    INTEGER,
    NUMBER,
    CHOICE,
    /** A list of objects. */
    ITEMS
  }

  public ConfigKey {
    allowed = List.copyOf(allowed);
  }

  /** The last part of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** What is allowed, for people: {@code number (0,1]}, {@code cut, drop or fail}. */
  public String form() {
    return switch (kind) {
      case CHOICE -> String.join(" | ", allowed);
      case INTEGER, NUMBER ->
          (kind == Kind.INTEGER ? "integer " : "number ") + range.map(Interval::text).orElse("");
      case TEXTS -> "text or list of texts";
      case ITEMS -> "list of objects";
      case FLAG -> "true | false";
      case MAP -> "names and values";
      case TEXT, PATH -> kind.name().toLowerCase(java.util.Locale.ROOT);
    };
  }
}
