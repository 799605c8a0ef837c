package org.blossomlm.model.safetensors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are tensors or are refused with a {@link SafetensorsException}.
 *
 * <p>As an ordinary test this runs the seeds. With {@code JAZZER_FUZZ=1} it looks for new finds.
 */
class SafetensorsFuzzTest {
  private static final SafetensorsLimits SMALL = new SafetensorsLimits(1 << 16, 64, 256, 4, 4);

  static Stream<byte[]> seeds() {
    return Stream.of(
        SafetensorsBytes.file("{}", 0),
        SafetensorsBytes.file(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[8,12]}}",
            12),
        SafetensorsBytes.file(
            "{\"a\":{\"dtype\":\"F4\",\"shape\":[9223372036854775807,2],\"data_offsets\":[0,0]}}",
            3),
        SafetensorsBytes.file("{\"a\":{\"shape\":[[[[[[[[[[1]]]]]]]]]]}}", 1),
        new byte[] {(byte) 0x80, 4, 'K'},
        new byte[9]);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "5m")
  void readsOrRefuses(byte[] bytes) {
    try {
      for (SafetensorsTensor tensor : SafetensorsBytes.read(bytes, SMALL).tensors()) {
        if (tensor.data().toArray(JAVA_BYTE).length != tensor.type().bytes(tensor.elements())) {
          throw new AssertionError(tensor + " has not as many bytes as its shape takes");
        }
      }
    } catch (SafetensorsException e) {
      if (String.valueOf(e.getMessage()).contains("\n")) {
        throw new AssertionError("more than one line: " + e.getMessage(), e);
      }
    }
  }
}
