package org.blossomlm.model.safetensors;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Files made by hand: a header as it stands, and data. */
final class SafetensorsBytes {
  private SafetensorsBytes() {}

  static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (int i = 0; i < dataBytes; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  static SafetensorsHeader read(byte[] file) {
    return read(file, SafetensorsLimits.DEFAULT);
  }

  static SafetensorsHeader read(byte[] file, SafetensorsLimits limits) {
    return SafetensorsHeader.read(
        Path.of("some.safetensors"), MemorySegment.ofArray(file).asReadOnly(), limits);
  }
}
