package org.blossomlm.data.operator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an operator takes.
 *
 * @param name in snake case
 * @param allowed the values of a choice, else empty
 * @param defaultValue what holds where a recipe is silent; empty where it must speak, or where
 *     {@code optional}
 * @param summary what it does, its unit, its range
 */
public record Parameter(
    String name,
    Kind kind,
    List<String> allowed,
    Optional<Object> defaultValue,
    boolean optional,
    String summary) {
  /** How a value is written in YAML. */
  public enum Kind {
    TEXT,
    INTEGER,
    NUMBER,
    FLAG,
    CHOICE,
    TEXTS,
    MAP,
    /** The name of a teacher of the recipe. */
    TEACHER,
    /** The name of a teacher of the recipe that is a model of this machine. */
    LOCAL_TEACHER,
    /** A file beside the recipe or of the program. */
    FILE
  }

  public Parameter {
    allowed = List.copyOf(allowed);
    // What is made from it, such as a plan or a page, must not depend on the order of a hash.
    defaultValue =
        defaultValue.map(value -> value instanceof Map<?, ?> map ? new TreeMap<>(map) : value);
  }

  /** One that a recipe must give. */
  public static Parameter required(String name, Kind kind, String summary) {
    return new Parameter(name, kind, List.of(), Optional.empty(), false, summary);
  }

  /** One that may be absent. */
  public static Parameter optional(String name, Kind kind, String summary) {
    return new Parameter(name, kind, List.of(), Optional.empty(), true, summary);
  }

  /** One with a default. */
  public static Parameter of(String name, Kind kind, Object defaultValue, String summary) {
    return new Parameter(name, kind, List.of(), Optional.of(defaultValue), false, summary);
  }

  /** One of {@code allowed}, the first by default. */
  public static Parameter choice(String name, List<String> allowed, String summary) {
    return new Parameter(
        name, Kind.CHOICE, allowed, Optional.of(allowed.getFirst()), false, summary);
  }
}
