package org.blossomlm.data.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataRecord;

/**
 * Which records something is for: those whose metadata have one of the given values under every
 * key. Values are compared as they are written, so that {@code 1} and {@code "1"} are the same.
 *
 * @param metadata allowed values by key; {@code "null"} also fits where the key is absent
 */
public record Condition(Map<String, List<String>> metadata) {
  /** For all records. */
  public static final Condition ALWAYS = new Condition(Map.of());

  public Condition {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    metadata.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    metadata = Collections.unmodifiableMap(copy);
  }

  public boolean isAlways() {
    return metadata.isEmpty();
  }

  public boolean test(DataRecord record) {
    for (Map.Entry<String, List<String>> wanted : metadata.entrySet()) {
      String found = String.valueOf(record.head().metadata().get(wanted.getKey()));
      if (!wanted.getValue().contains(found)) {
        return false;
      }
    }
    return true;
  }
}
