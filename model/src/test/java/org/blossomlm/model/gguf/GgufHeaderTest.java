package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every claim of a header is checked, and the error says what was wrong and where. */
class GgufHeaderTest {
  private static final int UINT8 = 0;
  private static final int UINT32 = 4;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int F32 = 0;
  private static final int Q4_0 = 2;

  @TempDir Path folder;

  private Path write(GgufBytes bytes) {
    return bytes.writeTo(folder.resolve("model.gguf"));
  }

  private void assertRefused(GgufBytes bytes, String... parts) {
    Path path = write(bytes);
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> GgufFile.open(path).close())
        .withMessageStartingWith(path + ": ")
        .withMessageMatching("\\P{Cntrl}*")
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  /** A file of one tensor with 64 bytes of data behind it. */
  private static GgufBytes oneTensor(int type, long offset, long... dimensions) {
    return GgufBytes.header(1, 0).tensor("w", type, offset, dimensions).align(32).zeros(64);
  }

  @Nested
  @DisplayName("accepts")
  class Accepts {
    @Test
    @DisplayName("a file of nothing")
    void empty() {
      try (GgufFile file = GgufFile.open(write(GgufBytes.header(0, 0)))) {
        assertThat(file.metadata().keys()).isEmpty();
        assertThat(file.tensors()).isEmpty();
        assertThat(file.fileBytes()).isEqualTo(24);
      }
    }

    @Test
    void version2() {
      var bytes = new GgufBytes().ascii("GGUF").u32(2).u64(0).u64(0);
      try (GgufFile file = GgufFile.open(write(bytes))) {
        assertThat(file.version()).isEqualTo(2);
      }
    }

    @Test
    @DisplayName("a tensor without dimensions: one element")
    void scalarTensor() {
      try (GgufFile file = GgufFile.open(write(oneTensor(F32, 0)))) {
        assertThat(file.requireTensor("w").elements()).isEqualTo(1);
        assertThat(file.requireTensor("w").data().byteSize()).isEqualTo(4);
      }
    }

    @Test
    @DisplayName("tensors in any order, with gaps, and without padding at the end")
    void tensorsInAnyOrder() {
      var bytes =
          GgufBytes.header(2, 0)
              .tensor("second", F32, 64, 2)
              .tensor("first", F32, 0, 1)
              .align(32)
              .zeros(72);
      try (GgufFile file = GgufFile.open(write(bytes))) {
        assertThat(file.tensors().keySet()).containsExactly("second", "first");
        long distance =
            file.requireTensor("second").data().address()
                - file.requireTensor("first").data().address();
        assertThat(distance).isEqualTo(64);
      }
    }

    @Test
    @DisplayName("a token that is no UTF-8, as U+FFFD, with its bytes at hand")
    void malformedToken() {
      var bytes =
          GgufBytes.header(0, 1)
              .key("tokens", ARRAY)
              .u32(STRING)
              .u64(2)
              .u64(2)
              .raw((byte) 0xC3, (byte) 0x28)
              .string("ok");
      try (GgufFile file = GgufFile.open(write(bytes))) {
        assertThat(file.metadata().strings("tokens").orElseThrow())
            .containsExactly("\uFFFD(", "ok");
        var array = (GgufArray) file.metadata().value("tokens").orElseThrow();
        assertThat(array.bytesAt(0)).containsExactly(0xC3, 0x28);
      }
    }
  }

  @Nested
  @DisplayName("refuses a version that")
  class Version {
    private GgufBytes version(int version) {
      return new GgufBytes().ascii("GGUF").u32(version).u64(0).u64(0);
    }

    @Test
    void isOne() {
      assertRefused(version(1), "version: found 1, allowed are 2 and 3", "August 2023");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, -1, 0x7fffffff})
    void isUnknown(int version) {
      assertRefused(
          version(version),
          "version: found " + Integer.toUnsignedString(version) + ", allowed are 2 and 3");
    }

    @Test
    void isBigEndian() {
      assertRefused(version(0x03000000), "big-endian file (version 3", "little-endian");
    }
  }

  @Nested
  @DisplayName("refuses counts and lengths beyond the file")
  class Counts {
    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32, 65_537})
    void overLimit(long count) {
      String found = "found " + Long.toUnsignedString(count) + ", at most 65536 allowed";
      assertRefused(GgufBytes.header(count, 0), "tensor count: " + found, "(maxTensors)");
      assertRefused(GgufBytes.header(0, count), "metadata pair count: " + found, "(maxKeyValues)");
    }

    @Test
    void overFileSize() {
      assertRefused(
          GgufBytes.header(1_000, 0),
          "tensor count: needs 1000 of at least 24 bytes each at byte 16",
          "the file ends at byte 24");
    }

    @Test
    void keyLength() {
      assertRefused(
          GgufBytes.header(0, 1).u64(1_000).zeros(20),
          "metadata pair 0: key: needs a string of 1000 bytes at byte 32");
      assertRefused(
          GgufBytes.header(0, 1).u64(65_536).zeros(20), "at most 65535 allowed (maxKeyBytes)");
      assertRefused(GgufBytes.header(0, 1).u64(-1).zeros(20), "found 18446744073709551615");
    }

    @Test
    void stringLength() {
      assertRefused(
          GgufBytes.header(0, 1).key("general.name", STRING).u64(9).ascii("llama"),
          "key 'general.name': needs a string of 9 bytes");
    }

    @Test
    void arrayLength() {
      assertRefused(
          GgufBytes.header(0, 1).key("tokens", ARRAY).u32(STRING).u64(100).zeros(99),
          "key 'tokens': needs 100 of at least 8 bytes each");
      assertRefused(
          GgufBytes.header(0, 1).key("tokens", ARRAY).u32(UINT8).u64(1L << 40).zeros(99),
          "found 1099511627776, at most 4194304 allowed (maxArrayLength)");
    }

    @Test
    void elementOfStringArray() {
      assertRefused(
          GgufBytes.header(0, 1).key("tokens", ARRAY).u32(STRING).u64(2).string("a").u64(2).u8(65),
          "key 'tokens': needs a string of 2 bytes");
    }

    @Test
    void truncatedValue() {
      assertRefused(
          GgufBytes.header(0, 1).key("n", UINT32).u16(7), "key 'n': needs 4 more bytes at byte");
    }

    @Test
    @DisplayName("a header over the limit names the limit, not the end of the file")
    void headerLimit() {
      Path path = write(GgufBytes.header(0, 1).key("s", STRING).string("x".repeat(500)));
      GgufLimits d = GgufLimits.DEFAULT;
      var small =
          new GgufLimits(
              d.maxKeyValues(),
              d.maxTensors(),
              100,
              d.maxKeyBytes(),
              d.maxTensorNameBytes(),
              d.maxStringBytes(),
              d.maxArrayLength(),
              d.maxArrayDepth(),
              d.maxAlignment(),
              d.maxParts());
      assertThatExceptionOfType(GgufException.class)
          .isThrownBy(() -> GgufFile.open(path, small).close())
          .withMessageContaining("a header may take only 100 bytes (maxHeaderBytes)");
    }
  }

  @Nested
  @DisplayName("refuses metadata with")
  class Pairs {
    @Test
    void duplicateKey() {
      assertRefused(
          GgufBytes.header(0, 2).key("a", BOOL).u8(1).key("a", BOOL).u8(1),
          "key 'a': appears twice");
    }

    @Test
    void unknownType() {
      assertRefused(
          GgufBytes.header(0, 1).key("a", 13).u64(0), "found value type 13, allowed are 0 to 12");
      assertRefused(
          GgufBytes.header(0, 1).key("a", ARRAY).u32(-1).u64(0).u64(0), "value type 4294967295");
    }

    @Test
    void booleanThatIsNone() {
      assertRefused(GgufBytes.header(0, 1).key("a", BOOL).u8(2), "found the byte 2 for a boolean");
      assertRefused(
          GgufBytes.header(0, 1).key("a", ARRAY).u32(BOOL).u64(2).u8(0).u8(255),
          "key 'a': found the byte 255 for a boolean");
    }

    @Test
    void malformedString() {
      assertRefused(
          GgufBytes.header(0, 1).key("a", STRING).u64(1).u8(0xFF), "key 'a'", "not UTF-8");
      assertRefused(GgufBytes.header(0, 1).u64(1).u8(0xFF).u32(BOOL).u8(0), "not UTF-8");
    }

    @Test
    @DisplayName("a key that would write over the terminal: it is escaped and cut")
    void hostileKey() {
      assertRefused(GgufBytes.header(0, 1).key("\u001b[2J\n", 99).u64(0), "'\\u001b[2J\\u000a'");
      assertRefused(
          GgufBytes.header(0, 1).key("k".repeat(60_000), 99).u64(0), "'… (60000 characters)");
    }

    @Test
    void deepNesting() {
      GgufBytes bytes = GgufBytes.header(0, 1).key("a", ARRAY);
      for (int i = 0; i < 5; i++) {
        bytes.u32(ARRAY).u64(1);
      }
      assertRefused(bytes.u32(UINT8).u64(0), "nested deeper than the 4 levels allowed");
    }

    @Test
    @DisplayName("nested arrays that have too many elements together")
    void wideNesting() {
      GgufBytes bytes = GgufBytes.header(0, 1).key("a", ARRAY).u32(ARRAY).u64(3);
      for (int i = 0; i < 3; i++) {
        bytes.u32(UINT8).u64(2 << 20).zeros(2 << 20);
      }
      assertRefused(bytes, "found 2097152, at most 2097149 allowed (maxArrayLength)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 48, 1 << 21, -1, 0x80000000})
    void badAlignment(int alignment) {
      assertRefused(
          GgufBytes.header(0, 1).key("general.alignment", UINT32).u32(alignment),
          "key 'general.alignment': found UINT32 '" + Integer.toUnsignedString(alignment) + "'",
          "powers of two up to 1048576 (maxAlignment)");
    }

    @Test
    void alignmentOfAnotherType() {
      assertRefused(
          GgufBytes.header(0, 1).key("general.alignment", STRING).string("32"),
          "found STRING '32'");
    }
  }

  @Nested
  @DisplayName("refuses a tensor")
  class Tensors {
    @Test
    void withTooManyDimensions() {
      assertRefused(oneTensor(F32, 0, 1, 1, 1, 1, 1), "found 5 dimensions, allowed are 0 to 4");
    }

    @Test
    void withAnEmptyDimension() {
      assertRefused(oneTensor(F32, 0, 4, 0), "tensor 'w': found dimension 1 of 0");
      assertRefused(oneTensor(F32, 0, -4), "found dimension 0 of 18446744073709551612");
    }

    @Test
    void whoseSizeOverflows() {
      assertRefused(
          oneTensor(F32, 0, 1L << 32, 1L << 32), "[4294967296, 4294967296], whose product");
      assertRefused(oneTensor(F32, 0, Long.MAX_VALUE), "whose product is no 63-bit number");
    }

    @Test
    void withRowsOfPartialBlocks() {
      assertRefused(
          oneTensor(Q4_0, 0, 33), "found rows of 33 elements, allowed are multiples of 32");
      assertRefused(oneTensor(Q4_0, 0, 16, 2), "rows of 16 elements");
      assertRefused(oneTensor(Q4_0, 0), "rows of 1 elements");
    }

    @Test
    void thatIsNotAligned() {
      assertRefused(oneTensor(F32, 4, 1), "found the offset 4", "multiples of the alignment 32");
      assertRefused(oneTensor(F32, -32, 1), "found the offset 18446744073709551584");
    }

    @Test
    void beyondTheFile() {
      assertRefused(
          oneTensor(F32, 32, 9), "needs 36 bytes from byte 32 of the data section, which has 64");
      assertRefused(oneTensor(F32, Long.MAX_VALUE - 31, 1), "needs 4 bytes from byte 92233720");
      assertRefused(
          GgufBytes.header(1, 0).tensor("w", F32, 0, 1), "data section, which has 0 bytes");
    }

    @Test
    void thatOverlapsAnother() {
      assertRefused(
          GgufBytes.header(2, 0).tensor("a", F32, 32, 1).tensor("b", F32, 0, 9).align(32).zeros(64),
          "tensor 'a': starts at byte 32 of the data section, inside 'b', which ends at byte 36");
    }

    @Test
    void whoseNameIsTaken() {
      assertRefused(
          GgufBytes.header(2, 0).tensor("a", F32, 0, 1).tensor("a", F32, 32, 1).align(32).zeros(64),
          "tensor 'a': appears twice");
    }

    @Test
    void whoseNameIsLong() {
      assertRefused(
          GgufBytes.header(1, 0).tensor("w".repeat(1_025), F32, 0, 1).zeros(64),
          "tensor 0: name: found 1025, at most 1024 allowed (maxTensorNameBytes)");
    }

    @Test
    @DisplayName("of a type that is not decoded, and names it and those that are")
    void ofUnsupportedType() {
      assertRefused(
          oneTensor(16, 0, 256),
          "tensor 'w': found type IQ2_XXS (16)",
          "another quantisation; supported are F32, F16, Q4_0,");
      assertRefused(oneTensor(4, 0, 32), "Q4_2 (4)", "removed from the format in 2023");
      assertRefused(oneTensor(31, 0, 32), "Q4_0_4_4 (31)", "get the model as Q4_0");
      assertRefused(oneTensor(26, 0, 32), "I32 (26), which is not used for weights");
      assertRefused(oneTensor(39, 0, 32), "MXFP4 (39)");
      assertRefused(oneTensor(-1, 0, 32), "unknown type 4294967295", "damaged or newer");
    }
  }
}
