package org.blossomlm.model.gguf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Metadata over a map of values. */
final class MapMetadata implements GgufMetadata {
  private final String origin;
  private final Map<String, GgufValue> values;

  /**
   * @param origin the file, for errors
   */
  MapMetadata(String origin, Map<String, ? extends GgufValue> values) {
    this.origin = origin;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  @Override
  public Set<String> keys() {
    return values.keySet();
  }

  @Override
  public Optional<GgufValue> value(String key) {
    return Optional.ofNullable(values.get(key));
  }

  @Override
  public Optional<String> string(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Text(String text) -> Optional.of(text);
      case GgufValue other -> throw mismatch(key, other, "a string");
    };
  }

  @Override
  public OptionalLong integer(String key) {
    return switch (values.get(key)) {
      case null -> OptionalLong.empty();
      case GgufValue.Int integer -> OptionalLong.of(signed(key, integer));
      case GgufValue other -> throw mismatch(key, other, "an integer");
    };
  }

  private long signed(String key, GgufValue.Int integer) {
    if (integer.type() == GgufValueType.UINT64 && integer.value() < 0) {
      throw error(key, "found " + integer + ", at most 2^63-1 allowed");
    }
    return integer.value();
  }

  @Override
  public OptionalDouble number(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case GgufValue.Float32(float value) -> OptionalDouble.of(value);
      case GgufValue.Float64(double value) -> OptionalDouble.of(value);
      case GgufValue.Int integer -> OptionalDouble.of((double) signed(key, integer));
      case GgufValue other -> throw mismatch(key, other, "a number");
    };
  }

  @Override
  public Optional<Boolean> bool(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Bool(boolean value) -> Optional.of(value);
      case GgufValue other -> throw mismatch(key, other, "a boolean");
    };
  }

  @Override
  public Optional<List<String>> strings(String key) {
    return array(
        key,
        "an array of strings",
        array -> array.elementType() == GgufValueType.STRING ? array.strings() : null);
  }

  @Override
  public Optional<int[]> integers(String key) {
    return array(
        key,
        "an array of integers",
        array -> {
          try {
            return array.elementType().isInteger() ? array.ints() : null;
          } catch (ArithmeticException e) {
            throw new GgufException(
                describe(key, "found an element outside -2^31 to 2^31-1, the range allowed"), e);
          }
        });
  }

  @Override
  public Optional<float[]> floats(String key) {
    return array(
        key,
        "an array of floats",
        array ->
            switch (array.elementType()) {
              case FLOAT32, FLOAT64 -> array.floats();
              default -> null;
            });
  }

  @Override
  public String requireString(String key) {
    return string(key).orElseThrow(() -> missing(key));
  }

  @Override
  public long requireInteger(String key) {
    return integer(key).orElseThrow(() -> missing(key));
  }

  /**
   * @param decode gives null for an array of the wrong element type
   */
  private <T> Optional<T> array(
      String key, String expected, Function<GgufArray, @Nullable T> decode) {
    GgufValue value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    T decoded = value instanceof GgufArray array ? decode.apply(array) : null;
    if (decoded == null) {
      throw mismatch(key, value, expected);
    }
    return Optional.of(decoded);
  }

  private GgufException mismatch(String key, GgufValue found, String expected) {
    String type =
        found instanceof GgufArray array
            ? "an array of " + array.elementType()
            : found.type() + " " + GgufException.quote(found.toString());
    return error(key, "found " + type + ", expected " + expected);
  }

  private GgufException missing(String key) {
    return error(key, "is missing; the model needs it");
  }

  private GgufException error(String key, String what) {
    return new GgufException(describe(key, what));
  }

  private String describe(String key, String what) {
    return origin + ": key " + GgufException.quote(key) + ": " + what;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MapMetadata that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
