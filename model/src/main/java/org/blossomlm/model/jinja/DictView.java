package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict return. */
record DictView(Kind kind, DictValue dict) implements Value {
  enum Kind {
    KEYS,
    VALUES,
    ITEMS
  }

  List<Value> elements(Budget budget) {
    budget.work(dict.entries().size());
    return switch (kind) {
      case KEYS -> List.copyOf(dict.entries().keySet());
      case VALUES -> List.copyOf(dict.entries().values());
      case ITEMS -> {
        List<Value> pairs = new ArrayList<>();
        dict.entries().forEach((key, value) -> pairs.add(new TupleValue(List.of(key, value))));
        yield pairs;
      }
    };
  }

  @Override
  public String typeName() {
    return switch (kind) {
      case KEYS -> "dict_keys";
      case VALUES -> "dict_values";
      case ITEMS -> "dict_items";
    };
  }

  @Override
  public boolean isTrue() {
    return dict.isTrue();
  }

  @Override
  public int depth() {
    return dict.depth() + 2;
  }

  @Override
  public long weight() {
    return dict.weight();
  }

  @Override
  public boolean equals(Object other) {
    return kind == Kind.VALUES
        ? this == other
        : other instanceof DictView that
            && kind == that.kind
            && (kind == Kind.KEYS
                ? dict.entries().keySet().equals(that.dict.entries().keySet())
                : dict.equals(that.dict));
  }

  @Override
  public int hashCode() {
    return kind == Kind.VALUES ? System.identityHashCode(this) : dict.entries().keySet().hashCode();
  }
}
