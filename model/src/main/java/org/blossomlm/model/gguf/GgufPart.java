package org.blossomlm.model.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.ExactChannel;
import org.blossomlm.model.tensor.TensorType;

/**
 * One file to be written.
 *
 * @param alignment of tensors, a power of two
 */
record GgufPart(
    Path target, Map<String, GgufValue> values, int alignment, List<GgufPart.Entry> entries) {

  /**
   * A declared tensor.
   *
   * @param bytes that {@code source} must write
   */
  record Entry(
      String name, TensorType type, List<Long> dimensions, long bytes, TensorSource source) {}

  void writeTo(AtomicFile file) {
    try {
      file.write(ByteBuffer.wrap(header()));
      pad(file);
      for (Entry entry : entries) {
        var data = new ExactChannel(file, entry.name(), entry.bytes());
        entry.source().writeTo(data);
        data.requireComplete();
        pad(file);
      }
      file.force();
    } catch (IOException e) {
      throw new GgufException(
          target + ": writing failed at byte " + file.position() + ": " + e.getMessage(), e);
    }
  }

  private byte[] header() {
    var out = new GgufEncoder();
    out.uint32(GgufHeader.MAGIC);
    out.uint32(GgufHeader.VERSION);
    out.uint64(entries.size());
    out.uint64(values.size());
    values.forEach((key, value) -> {
      out.string(key);
      out.uint32(value.type().id());
      out.value(value);
    });
    long offset = 0;
    for (Entry entry : entries) {
      out.string(entry.name());
      out.uint32(entry.dimensions().size());
      entry.dimensions().forEach(out::uint64);
      out.uint32(entry.type().ggufId());
      out.uint64(offset);
      offset = GgufHeader.align(Math.addExact(offset, entry.bytes()), alignment);
    }
    byte[] header = out.toBytes();
    // Nothing is written that could not be read again.
    long fileBytes = GgufHeader.align(header.length, alignment) + offset;
    GgufHeaderReader.read(target, MemorySegment.ofArray(header), fileBytes, GgufLimits.DEFAULT);
    return header;
  }

  /** Zeros up to the next multiple of the alignment, behind the last tensor too, as ggml does. */
  private void pad(AtomicFile file) throws IOException {
    long padded = GgufHeader.align(file.position(), alignment);
    file.write(ByteBuffer.allocate((int) (padded - file.position())));
  }
}
