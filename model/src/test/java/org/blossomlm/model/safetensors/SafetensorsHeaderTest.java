package org.blossomlm.model.safetensors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.model.safetensors.SafetensorsBytes.file;
import static org.blossomlm.model.safetensors.SafetensorsBytes.read;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a file may say of itself, and what is refused. */
class SafetensorsHeaderTest {
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  private static void refused(byte[] file, String... parts) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith("some.safetensors: ")
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
  }

  private static void refused(String header, int dataBytes, String... parts) {
    refused(file(header, dataBytes), parts);
  }

  @Test
  void tensors_are_slices_in_the_order_of_their_bytes() {
    SafetensorsHeader header =
        read(
            file(
                "{\"__metadata__\":{\"format\":\"pt\",\"说明\":\"好\"},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[3,1],\"data_offsets\":[8,11]},"
                    + A
                    + "}   ",
                11));
    assertThat(header.metadata()).containsEntry("format", "pt").containsEntry("说明", "好");
    assertThat(header.tensors()).extracting(SafetensorsTensor::name).containsExactly("a", "b");
    SafetensorsTensor b = header.tensors().getLast();
    assertThat(b.type()).isEqualTo(SafetensorsType.U8);
    assertThat(b.shape()).containsExactly(3L, 1L);
    assertThat(b.data().toArray(JAVA_BYTE)).containsExactly(8, 9, 10);
    assertThat(b.data().isReadOnly()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void every_type_is_known_by_its_name(SafetensorsType type) {
    int elements = 8;
    int bytes = (int) type.bytes(elements);
    SafetensorsHeader header =
        read(
            file(
                "{\"t\":{\"dtype\":\"%s\",\"shape\":[2,4],\"data_offsets\":[0,%d]}}"
                    .formatted(type, bytes),
                bytes));
    assertThat(header.tensors().getFirst().type()).isEqualTo(type);
    assertThat(bytes).isEqualTo(type.bits());
  }

  @Test
  void single_numbers_empty_tensors_and_files_without_tensors_are_allowed() {
    assertThat(read(file("{}", 0)).tensors()).isEmpty();
    SafetensorsHeader header =
        read(
            file(
                "{\"empty\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[0,0]},"
                    + "\"one\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}",
                8));
    assertThat(header.tensors()).extracting(SafetensorsTensor::elements).containsExactly(0L, 1L);
  }

  @Test
  void overlaps_and_gaps_are_refused() {
    String b = "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}";
    refused("{" + A + "," + b.formatted(4, 8) + "}", 8, "tensor 'b'", "overlap");
    refused("{" + A + "," + b.formatted(12, 16) + "}", 16, "tensor 'b'", "gap");
    refused("{" + A.replace("[0,8]", "[4,12]") + "}", 12, "tensor 'a'", "gap");
    refused("{" + A + "}", 12, "4 bytes follow the last tensor");
  }

  @Test
  void a_file_that_was_cut_off_is_said_to_be() {
    byte[] whole = file("{" + A + "}", 8);
    refused(Arrays.copyOf(whole, whole.length - 1), "tensor 'a'", "cut off");
    refused(Arrays.copyOf(whole, 20), "cut off");
    refused(Arrays.copyOf(whole, 5), "5 bytes", "cut off");
    refused(new byte[0], "0 bytes");
  }

  @Test
  void the_length_of_the_header_is_bounded() {
    byte[] huge = new byte[64];
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    refused(huge, "100000001 bytes", "at most 100000000", "maxHeaderBytes");
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putLong(-1);
    refused(huge, "18446744073709551615 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}; dtype is 'F33'; known are",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}; takes 12 bytes; [0, 8]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}; data_offsets [8, 0]; fit",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}; shape; whole number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}; shape; whole number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}; shape; not an array",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}}; data_offsets; more than 2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}; data_offsets; two numbers",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}; tensor 'a'; lacks a field",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}; field 'x'; allowed",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[15],\"data_offsets\":[0,8]}}; shape [15]; whole bytes",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}; shape; cannot be",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}; shape; 2^63-1",
        "{\"a\":[]}; tensor 'a'; not an object",
        "{\"__metadata__\":{\"a\":1}}; __metadata__; not a string",
        "{\"__metadata__\":[]}; __metadata__; not an object",
        "{\"a\":; not valid; header",
        "{} {}; follows; header",
      })
  void a_wrong_header_is_one_clear_error(String header, String first, String second) {
    refused(header, 8, first, second);
  }

  @Test
  void names_must_differ() {
    refused("{" + A + "," + A + "}", 8, "not valid", "Duplicate", "a");
  }

  @Test
  void a_name_cannot_break_the_line_of_a_message() {
    refused(
        "{\"a\\nb\\u001b[31m\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        8,
        "'a\\u000ab\\u001b[31m'");
  }

  @Test
  void limits_name_themselves() {
    byte[] two =
        file("{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]}}", 9);
    assertThatThrownBy(() -> read(two, new SafetensorsLimits(1000, 1, 100, 8, 8)))
        .hasMessageContaining("more than 1 tensors (maxTensors)");
    assertThatThrownBy(() -> read(two, new SafetensorsLimits(10, 9, 100, 8, 8)))
        .hasMessageContaining("(maxHeaderBytes)");
  }

  @Test
  void a_length_that_begins_like_a_pickle_is_still_a_length() {
    String padded = "{" + A + "}" + " ".repeat(0x280 - A.length() - 2);
    assertThat(read(file(padded, 8)).tensors()).hasSize(1);
  }

  @Test
  void what_is_no_safetensors_is_called_by_its_name() {
    List<byte[]> pickles =
        List.of(
            new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {(byte) 0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    for (byte[] pickle : pickles) {
      refused(pickle, "can run any code", "safe_serialization=True");
    }
    refused("GGUF00000000".getBytes(StandardCharsets.UTF_8), "GGUF file");
    refused(
        "version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.UTF_8),
        "git lfs pull");
    refused("<!DOCTYPE html><html></html>".getBytes(StandardCharsets.UTF_8), "web page");
    refused(file("[]", 0), "does not begin with '{'");
  }
}
