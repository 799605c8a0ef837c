package org.blossomlm.data.file;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column that holds all values seen in it. Values of no common type, and objects with
 * too many names, are kept as JSON, so that nothing is changed to fit.
 */
sealed interface ColumnType {
  /** Members of a struct; beyond that the names are data rather than a type. */
  int MAX_MEMBERS = 64;

  /** Types in each other. */
  int MAX_NESTING = 16;

  /** Whole numbers that a double holds exactly. */
  long EXACT = 1L << 53;

  /** Types without parts. */
  enum Simple implements ColumnType {
    /** No value yet. */
    NOTHING("VARCHAR"),
    BOOLEAN("BOOLEAN"),
    /** Whole numbers that a double holds as well. */
    SMALL("BIGINT"),
    LARGE("BIGINT"),
    DOUBLE("DOUBLE"),
    STRING("VARCHAR"),
    JSON("JSON");

    private final String sql;

    Simple(String sql) {
      this.sql = sql;
    }

    @Override
    public String sql() {
      return sql;
    }
  }

  /** A list. */
  record Repeated(ColumnType element) implements ColumnType {
    @Override
    public String sql() {
      return element == Simple.NOTHING ? "JSON" : element.sql() + "[]";
    }
  }

  /** An object. */
  record Struct(Map<String, ColumnType> members) implements ColumnType {
    @Override
    public String sql() {
      return members.entrySet().stream()
          .map(member -> Duck.name(member.getKey()) + " " + member.getValue().sql())
          .collect(Collectors.joining(", ", "STRUCT(", ")"));
    }
  }

  /** As DuckDB spells it. */
  String sql();

  static ColumnType of(@Nullable Object value) {
    return of(value, MAX_NESTING);
  }

  private static ColumnType of(@Nullable Object value, int nesting) {
    if (nesting == 0) {
      return Simple.JSON;
    }
    return switch (value) {
      case null -> Simple.NOTHING;
      case Boolean flag -> Simple.BOOLEAN;
      case String text -> Simple.STRING;
      case BigInteger number -> Simple.JSON;
      case Integer number -> Simple.SMALL;
      case Long number -> Math.abs(number) <= EXACT ? Simple.SMALL : Simple.LARGE;
      case Double number -> Simple.DOUBLE;
      case List<?> list -> {
        ColumnType element = Simple.NOTHING;
        for (Object each : list) {
          element = element.with(of(each, nesting - 1));
        }
        yield new Repeated(element);
      }
      case Map<?, ?> map -> {
        Map<String, ColumnType> members = new LinkedHashMap<>();
        map.forEach((name, member) -> members.put(String.valueOf(name), of(member, nesting - 1)));
        yield struct(members);
      }
      default -> Simple.JSON;
    };
  }

  private static ColumnType struct(Map<String, ColumnType> members) {
    long names =
        members.keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().count();
    // DuckDB does not tell names apart that differ in case only.
    boolean fits = !members.isEmpty() && members.size() <= MAX_MEMBERS && names == members.size();
    return fits && !members.containsKey("") ? new Struct(members) : Simple.JSON;
  }

  /** The type that holds what either holds. */
  default ColumnType with(ColumnType other) {
    if (equals(other) || other == Simple.NOTHING) {
      return this;
    }
    if (this == Simple.NOTHING) {
      return other;
    }
    if (this instanceof Repeated(ColumnType mine) && other instanceof Repeated(ColumnType theirs)) {
      return new Repeated(mine.with(theirs));
    }
    if (this instanceof Struct(Map<String, ColumnType> mine)
        && other instanceof Struct(Map<String, ColumnType> theirs)) {
      Map<String, ColumnType> members = new LinkedHashMap<>(mine);
      theirs.forEach((name, type) -> members.merge(name, type, ColumnType::with));
      return struct(members);
    }
    boolean whole = isWhole(this) && isWhole(other);
    boolean number = isNumber(this) && isNumber(other);
    return whole ? Simple.LARGE : number ? Simple.DOUBLE : Simple.JSON;
  }

  private static boolean isWhole(ColumnType type) {
    return type == Simple.SMALL || type == Simple.LARGE;
  }

  private static boolean isNumber(ColumnType type) {
    return type == Simple.SMALL || type == Simple.DOUBLE;
  }
}
