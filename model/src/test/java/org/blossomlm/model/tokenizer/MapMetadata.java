package org.blossomlm.model.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;

/** Metadata that a test writes by hand. */
final class MapMetadata implements GgufMetadata {
  private final Map<String, Object> values = new HashMap<>();

  /** Sets {@code tokenizer.ggml.KEY}. */
  MapMetadata with(String key, Object value) {
    values.put("tokenizer.ggml." + key, value);
    return this;
  }

  MapMetadata without(String key) {
    values.remove("tokenizer.ggml." + key);
    return this;
  }

  @Override
  public Set<String> keys() {
    return values.keySet();
  }

  @Override
  public Optional<GgufValue> value(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> string(String key) {
    return get(key, String.class);
  }

  @Override
  public OptionalLong integer(String key) {
    return get(key, Number.class)
        .map(number -> OptionalLong.of(number.longValue()))
        .orElse(OptionalLong.empty());
  }

  @Override
  public OptionalDouble number(String key) {
    return get(key, Number.class)
        .map(number -> OptionalDouble.of(number.doubleValue()))
        .orElse(OptionalDouble.empty());
  }

  @Override
  public Optional<Boolean> bool(String key) {
    return get(key, Boolean.class);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Optional<List<String>> strings(String key) {
    return get(key, List.class).map(list -> (List<String>) list);
  }

  @Override
  public Optional<int[]> integers(String key) {
    return get(key, int[].class);
  }

  @Override
  public Optional<float[]> floats(String key) {
    return get(key, float[].class);
  }

  @Override
  public String requireString(String key) {
    return string(key).orElseThrow(() -> new ModelException(key + " is missing"));
  }

  @Override
  public long requireInteger(String key) {
    return integer(key).orElseThrow(() -> new ModelException(key + " is missing"));
  }

  private <T> Optional<T> get(String key, Class<T> type) {
    Object value = values.get(key);
    if (value != null && !type.isInstance(value)) {
      throw new ModelException(key + " has another type: " + value.getClass().getSimpleName());
    }
    return Optional.ofNullable(value).map(type::cast);
  }
}
