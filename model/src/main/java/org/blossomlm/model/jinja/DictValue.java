package org.blossomlm.model.jinja;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dict: entries in insertion order, keys compared as Python does. */
record DictValue(Map<Value, Value> entries, int depth, long weight) implements Value {
  DictValue(Map<Value, Value> entries) {
    this(
        Collections.unmodifiableMap(new LinkedHashMap<>(entries)),
        Math.max(
            SequenceValue.depthAround(entries.keySet()),
            SequenceValue.depthAround(entries.values())),
        SequenceValue.weightAround(entries.keySet())
            + SequenceValue.weightAround(entries.values()));
  }

  @Nullable Value get(Value key) {
    return entries.get(key);
  }

  /**
   * {@code key}, if it can be one.
   *
   * @throws JinjaException for values that Python calls unhashable
   */
  static Value requireHashable(Value key) {
    if (!isHashable(key)) {
      throw new JinjaException("unhashable type: '" + key.typeName() + "'");
    }
    return key;
  }

  static boolean isHashable(Value key) {
    return switch (key) {
      case ListValue list -> false;
      case DictValue dict -> false;
      case DictView view -> view.kind() == DictView.Kind.VALUES;
      case TupleValue tuple -> tuple.elements().stream().allMatch(DictValue::isHashable);
      default -> true;
    };
  }

  @Override
  public String typeName() {
    return "dict";
  }

  @Override
  public boolean isTrue() {
    return !entries.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DictValue that && weight == that.weight && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }
}
