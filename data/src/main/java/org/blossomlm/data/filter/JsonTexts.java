package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The texts within a JSON value, changed; keys, numbers and the order stay. */
final class JsonTexts {
  private JsonTexts() {}

  static @Nullable Object map(@Nullable Object value, UnaryOperator<String> change) {
    return switch (value) {
      case String text -> change.apply(text);
      case List<?> list -> {
        List<@Nullable Object> changed = new ArrayList<>(list.size());
        list.forEach(element -> changed.add(map(element, change)));
        yield changed;
      }
      case Map<?, ?> object -> mapObject(object, change);
      case null, default -> value;
    };
  }

  static Map<String, @Nullable Object> mapObject(
      Map<?, ? extends @Nullable Object> object, UnaryOperator<String> change) {
    Map<String, @Nullable Object> changed = LinkedHashMap.newLinkedHashMap(object.size());
    object.forEach((key, value) -> changed.put(String.valueOf(key), map(value, change)));
    return changed;
  }
}
