package org.blossomlm.data.operator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The operators that a recipe may name. */
public final class OperatorCatalog {
  private final SortedMap<String, OperatorSpec> specs;

  private OperatorCatalog(SortedMap<String, OperatorSpec> specs) {
    this.specs = Collections.unmodifiableSortedMap(specs);
  }

  /**
   * A catalogue of groups.
   *
   * @throws IllegalArgumentException if two operators, or two parameters of one, share a name
   */
  public static OperatorCatalog of(Collection<? extends Collection<OperatorSpec>> groups) {
    SortedMap<String, OperatorSpec> specs = new TreeMap<>();
    for (Collection<OperatorSpec> group : groups) {
      for (OperatorSpec spec : group) {
        if (specs.put(spec.name(), spec) != null) {
          throw new IllegalArgumentException("two operators are called " + spec.name());
        }
        long names = spec.parameters().stream().map(Parameter::name).distinct().count();
        if (names != spec.parameters().size()) {
          throw new IllegalArgumentException(spec.name() + ": two parameters share a name");
        }
      }
    }
    return new OperatorCatalog(specs);
  }

  /** A catalogue of one group. */
  public static OperatorCatalog of(OperatorSpec... specs) {
    return of(List.of(List.of(specs)));
  }

  /** This catalogue and more operators. */
  public OperatorCatalog and(Collection<OperatorSpec> more) {
    return of(List.of(new ArrayList<>(specs.values()), more));
  }

  /** All operators by name. */
  public Collection<OperatorSpec> all() {
    return specs.values();
  }

  public Collection<String> names() {
    return specs.keySet();
  }

  public Optional<OperatorSpec> find(String name) {
    return Optional.ofNullable(specs.get(name));
  }
}
