package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values are typed on request; a value of another type is an error that names the key. */
class GgufMetadataTest {
  private static GgufMetadata of(GgufValue value) {
    return GgufMetadata.builder().put("k", value).build();
  }

  private static GgufValue integer(GgufValueType type, long value) {
    return new GgufValue.Int(type, value);
  }

  private static void assertMismatch(Runnable access, String message) {
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(access::run)
        .withMessage("metadata: key 'k': " + message);
  }

  @Test
  @DisplayName("an absent key is empty, or an error where it is required")
  void absent() {
    GgufMetadata metadata = GgufMetadata.builder().build();
    assertThat(metadata.value("k")).isEmpty();
    assertThat(metadata.string("k")).isEmpty();
    assertThat(metadata.integer("k")).isEmpty();
    assertThat(metadata.number("k")).isEmpty();
    assertThat(metadata.bool("k")).isEmpty();
    assertThat(metadata.strings("k")).isEmpty();
    assertThat(metadata.integers("k")).isEmpty();
    assertThat(metadata.floats("k")).isEmpty();
    assertMismatch(() -> metadata.requireString("k"), "is missing; the model needs it");
    assertMismatch(() -> metadata.requireInteger("k"), "is missing; the model needs it");
  }

  @Test
  @DisplayName("unsigned integers are widened")
  void unsigned() {
    assertThat(of(integer(GgufValueType.UINT8, 255)).integer("k")).hasValue(255);
    assertThat(of(GgufValue.uint32(0xFFFF_FFFFL)).integer("k")).hasValue(4294967295L);
    assertThat(of(integer(GgufValueType.INT8, -1)).integer("k")).hasValue(-1);
    assertThat(of(integer(GgufValueType.INT64, Long.MIN_VALUE)).requireInteger("k"))
        .isEqualTo(Long.MIN_VALUE);
  }

  @Test
  @DisplayName("a UINT64 beyond long is an error where a number is asked for, and shown unsigned")
  void hugeUnsigned() {
    GgufMetadata metadata = of(integer(GgufValueType.UINT64, -1));
    assertMismatch(
        () -> metadata.integer("k"), "found 18446744073709551615, at most 2^63-1 allowed");
    assertThat(metadata.value("k").orElseThrow()).hasToString("18446744073709551615");
  }

  @Test
  void numbers() {
    assertThat(of(GgufValue.float32(0.5f)).number("k")).hasValue(0.5);
    assertThat(of(new GgufValue.Float64(0.1)).number("k")).hasValue(0.1);
    assertThat(of(GgufValue.uint32(7)).number("k")).hasValue(7);
  }

  @Test
  void mismatches() {
    assertMismatch(
        () -> of(GgufValue.text("x")).integer("k"), "found STRING 'x', expected an integer");
    assertMismatch(
        () -> of(GgufValue.bool(true)).integer("k"), "found BOOL 'true', expected an integer");
    assertMismatch(
        () -> of(GgufValue.float32(1)).integer("k"), "found FLOAT32 '1.0', expected an integer");
    assertMismatch(
        () -> of(GgufValue.bool(true)).number("k"), "found BOOL 'true', expected a number");
    assertMismatch(
        () -> of(GgufValue.uint32(1)).string("k"), "found UINT32 '1', expected a string");
    assertMismatch(() -> of(GgufValue.uint32(1)).bool("k"), "found UINT32 '1', expected a boolean");
    assertMismatch(
        () -> of(GgufValue.text("x")).strings("k"),
        "found STRING 'x', expected an array of strings");
    assertMismatch(
        () -> of(GgufArray.ofInts(1)).strings("k"),
        "found an array of INT32, expected an array of strings");
    assertMismatch(
        () -> of(GgufArray.ofFloats(1)).integers("k"),
        "found an array of FLOAT32, expected an array of integers");
    assertMismatch(
        () -> of(GgufArray.ofInts(1)).floats("k"),
        "found an array of INT32, expected an array of floats");
  }

  @ParameterizedTest
  @EnumSource(
      value = GgufValueType.class,
      names = {"UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64"})
  @DisplayName("arrays of every integer type read as int")
  void integerArrays(GgufValueType type) {
    GgufArray array = GgufArray.of(type, List.of(integer(type, 0), integer(type, 127)));
    assertThat(of(array).integers("k").orElseThrow()).containsExactly(0, 127);
  }

  @Test
  @DisplayName("an element that is no int is an error, not another number")
  void integerArrayOverflow() {
    GgufArray array = GgufArray.of(GgufValueType.UINT32, List.of(GgufValue.uint32(1L << 31)));
    assertMismatch(
        () -> of(array).integers("k"),
        "found an element outside -2^31 to 2^31-1, the range allowed");
  }

  @Test
  void floatArrays() {
    assertThat(of(GgufArray.ofFloats(1.5f, -2f)).floats("k").orElseThrow())
        .containsExactly(1.5f, -2f);
    GgufArray doubles = GgufArray.of(GgufValueType.FLOAT64, List.of(new GgufValue.Float64(0.1)));
    assertThat(of(doubles).floats("k").orElseThrow()).containsExactly(0.1f);
  }

  @Test
  @DisplayName("a copy with changes keeps the order of keys")
  void builder() {
    GgufMetadata original =
        GgufMetadata.builder().put("a", "1").put("b", "2").put("c", "3").build();
    GgufMetadata changed =
        original.toBuilder().put("a", GgufValue.bool(true)).remove("b").put("d", "4").build();
    assertThat(changed.keys()).containsExactly("a", "c", "d");
    assertThat(changed.bool("a")).contains(true);
    assertThat(original.string("a")).contains("1");
  }

  @Nested
  @DisplayName("an array")
  class Arrays {
    @Test
    @DisplayName("of strings gives them by index and all at once")
    void strings() {
      List<String> strings = List.of("", "你好", "😀", "x".repeat(1_000), "a");
      GgufArray array = GgufArray.ofStrings(strings);
      assertThat(array.strings()).isEqualTo(strings);
      for (int i = strings.size() - 1; i >= 0; i--) {
        assertThat(array.get(i)).isEqualTo(GgufValue.text(strings.get(i)));
      }
    }

    @Test
    @DisplayName("of arrays gives arrays of any type and depth")
    void nested() {
      GgufArray strings = GgufArray.ofStrings(List.of("a", "bc"));
      GgufArray deep = GgufArray.of(GgufValueType.ARRAY, List.of(strings, GgufArray.ofInts(1, 2)));
      GgufArray array =
          GgufArray.of(GgufValueType.ARRAY, List.of(deep, GgufArray.ofFloats(), strings));
      assertThat(array.get(0)).isEqualTo(deep);
      assertThat(array.get(1)).isEqualTo(GgufArray.ofFloats());
      assertThat(array.get(2)).isEqualTo(strings);
      assertThat(((GgufArray) array.get(0)).get(1)).isEqualTo(GgufArray.ofInts(1, 2));
    }

    @Test
    void bounds() {
      for (GgufArray array : List.of(GgufArray.ofInts(1), GgufArray.ofStrings(List.of("a")))) {
        for (int index : new int[] {-1, 1, Integer.MAX_VALUE}) {
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> array.get(index));
        }
      }
    }

    @Test
    void elementsOfAnotherType() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> GgufArray.of(GgufValueType.INT32, List.of(GgufValue.uint32(1))))
          .withMessage("UINT32 in an array of INT32");
      assertThatIllegalStateException().isThrownBy(GgufArray.ofInts(1)::strings);
      assertThatIllegalStateException().isThrownBy(GgufArray.ofInts(1)::floats);
      assertThatIllegalStateException().isThrownBy(GgufArray.ofFloats(1)::ints);
    }

    @Test
    @DisplayName("is equal to one of the same type and elements")
    void equality() {
      assertThat(GgufArray.ofInts(1, 2)).isEqualTo(GgufArray.ofInts(1, 2));
      assertThat(GgufArray.ofInts(1, 2)).hasSameHashCodeAs(GgufArray.ofInts(1, 2));
      assertThat(GgufArray.ofInts(1, 2)).isNotEqualTo(GgufArray.ofInts(1, 3));
      assertThat(GgufArray.ofInts(0)).isNotEqualTo(GgufArray.ofFloats(0));
    }

    @Test
    @DisplayName("shows its first elements")
    void display() {
      assertThat(GgufArray.ofInts(1, 2)).hasToString("[1, 2]");
      assertThat(GgufArray.ofInts(new int[100])).asString().endsWith("0, … 100 elements]");
    }

    @Test
    @DisplayName("is not changed by what it was made from")
    void copies() {
      int[] values = {1, 2};
      GgufArray array = GgufArray.ofInts(values);
      values[0] = 9;
      assertThat(array.ints()).containsExactly(1, 2);
    }
  }

  @Test
  void valuesBeyondTheirType() {
    assertThatIllegalArgumentException().isThrownBy(() -> GgufValue.uint32(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> integer(GgufValueType.INT8, 128));
    assertThatIllegalArgumentException().isThrownBy(() -> integer(GgufValueType.FLOAT32, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> GgufArray.ofStrings(List.of("\ud800")));
  }
}
