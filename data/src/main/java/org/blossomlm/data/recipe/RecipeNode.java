package org.blossomlm.data.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The text of a recipe as a tree that knows its places. */
public sealed interface RecipeNode {
  Place place();

  /** As plain Java values: maps in order, lists, and scalars. */
  @Nullable Object value();

  /**
   * A single value.
   *
   * @param scalar a string, long, double or boolean; empty for {@code null}
   */
  record Scalar(Place place, Optional<Object> scalar) implements RecipeNode {
    @Override
    public @Nullable Object value() {
      return scalar.orElse(null);
    }
  }

  /** A list. */
  record Sequence(Place place, List<RecipeNode> items) implements RecipeNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public @Nullable Object value() {
      List<@Nullable Object> values = new ArrayList<>();
      items.forEach(item -> values.add(item.value()));
      return values;
    }
  }

  /** Keys and values, in order. */
  record Mapping(Place place, Map<String, Entry> entries) implements RecipeNode {
    @Override
    public @Nullable Object value() {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      entries.forEach((key, entry) -> values.put(key, entry.value().value()));
      return values;
    }
  }

  /**
   * One pair of a mapping.
   *
   * @param key where the key is
   */
  record Entry(Place key, RecipeNode value) {}

  /** The tree of plain Java values, all at one place. */
  static RecipeNode of(@Nullable Object value, Place place) {
    return switch (value) {
      case null -> new Scalar(place, Optional.empty());
      case Map<?, ?> map -> {
        Map<String, Entry> entries = new LinkedHashMap<>();
        map.forEach(
            (key, item) -> entries.put(String.valueOf(key), new Entry(place, of(item, place))));
        yield new Mapping(place, entries);
      }
      case List<?> list -> new Sequence(place, list.stream().map(item -> of(item, place)).toList());
      case Integer number -> new Scalar(place, Optional.of(number.longValue()));
      case Float number -> new Scalar(place, Optional.of(number.doubleValue()));
      default -> new Scalar(place, Optional.of(value));
    };
  }
}
