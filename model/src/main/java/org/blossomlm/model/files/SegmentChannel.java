package org.blossomlm.model.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A channel that takes memory of any size, and what is mapped from a file without reading it. */
public interface SegmentChannel extends WritableByteChannel {
  /** Writes all of {@code data}. */
  void write(MemorySegment data) throws IOException;

  /** Writes all of {@code data} to a channel of any kind. */
  static void write(MemorySegment data, WritableByteChannel out) throws IOException {
    if (out instanceof SegmentChannel segments) {
      segments.write(data);
      return;
    }
    long most = 1 << 26;
    for (long from = 0; from < data.byteSize(); from += most) {
      ByteBuffer bytes = data.asSlice(from, Math.min(most, data.byteSize() - from)).asByteBuffer();
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }
}
