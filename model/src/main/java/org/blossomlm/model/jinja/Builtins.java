package org.blossomlm.model.jinja;

import java.util.HashMap;
import java.util.Map;

/** The filters, tests and global functions that every template has. */
final class Builtins {
  /** A filter. */
  @FunctionalInterface
  interface Filter {
    Value apply(Value input, Arguments arguments, Runtime runtime);
  }

  /** A test. */
  @FunctionalInterface
  interface Test {
    boolean holds(Value input, Arguments arguments, Runtime runtime);
  }

  static final Map<String, Filter> FILTERS = filters();
  static final Map<String, Test> TESTS = Map.copyOf(Tests.all());
  static final Map<String, Value> GLOBALS = Map.copyOf(Globals.all());

  private Builtins() {}

  private static Map<String, Filter> filters() {
    Map<String, Filter> filters = new HashMap<>();
    filters.putAll(TextFilters.all());
    filters.putAll(NumberFilters.all());
    filters.putAll(SequenceFilters.all());
    filters.putAll(SelectionFilters.all());
    return Map.copyOf(filters);
  }
}
