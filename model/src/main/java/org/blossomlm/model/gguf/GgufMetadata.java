package org.blossomlm.model.gguf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The key-value pairs of a GGUF file, typed on request; a value of another type is a {@link
 * GgufException} that names the key. Arrays are decoded anew by every call: ask once.
 */
public interface GgufMetadata {
  /** In file order. */
  Set<String> keys();

  /** The value with its type, for display and for copying. */
  Optional<GgufValue> value(String key);

  Optional<String> string(String key);

  /** Any integer type, unsigned ones widened; booleans and floats are errors. */
  OptionalLong integer(String key);

  /** Float or integer types. */
  OptionalDouble number(String key);

  Optional<Boolean> bool(String key);

  /** Bytes that are no UTF-8 read as U+FFFD; see {@link GgufArray#bytesAt}. */
  Optional<List<String>> strings(String key);

  /** An array of any integer type. */
  Optional<int[]> integers(String key);

  /** An array of FLOAT32 or FLOAT64. */
  Optional<float[]> floats(String key);

  String requireString(String key);

  long requireInteger(String key);

  /** Metadata that comes from no file. */
  static GgufMetadata of(Map<String, ? extends GgufValue> values) {
    return new MapMetadata("metadata", values);
  }

  /** Starts with no pairs. */
  static Builder builder() {
    return new Builder();
  }

  /** Starts with these pairs, for a copy with changes. */
  default Builder toBuilder() {
    var builder = new Builder();
    for (String key : keys()) {
      value(key).ifPresent(value -> builder.put(key, value));
    }
    return builder;
  }

  /** Collects pairs in order; a key put again keeps its place. */
  final class Builder {
    private final Map<String, GgufValue> values = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String key, GgufValue value) {
      values.put(key, value);
      return this;
    }

    public Builder put(String key, String value) {
      return put(key, GgufValue.text(value));
    }

    public Builder remove(String key) {
      values.remove(key);
      return this;
    }

    public GgufMetadata build() {
      return of(values);
    }
  }
}
