package org.blossomlm.train.example;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.train.TrainException;

/** Writes an {@link ExampleFile}, which appears under its name when it is complete. */
final class ExampleFileWriter implements AutoCloseable {
  private final Path path;
  private final AtomicFile file;
  private final CRC32C crc = new CRC32C();
  private ByteBuffer index = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private ExampleCounts counts = ExampleCounts.NONE;

  ExampleFileWriter(Path path) {
    this.path = path;
    this.file = AtomicFile.create(path, AtomicFile.largeBuffer(), TrainException::new);
  }

  void add(BuiltExamples built) {
    counts = counts.plus(built);
    built.examples().forEach(this::add);
  }

  private void add(Example example) {
    int n = example.length();
    byte[] source = example.source().getBytes(StandardCharsets.UTF_8);
    int[] bits = new int[(n + 31) / 32];
    for (int i = 0; i < n; i++) {
      bits[i / 32] |= example.learnt()[i] ? 1 << (i % 32) : 0;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate((4 * n + 4 * bits.length + source.length + 3) & ~3)
            .order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(example.tokens()).forEach(bytes::putInt);
    Arrays.stream(bits).forEach(bytes::putInt);
    bytes.put(source);
    if (index.remaining() < ExampleFile.INDEX_BYTES) {
      index =
          ByteBuffer.allocate(Math.multiplyExact(2, index.capacity()))
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(index.flip());
    }
    index.putLong(file.position()).putInt(n).putInt(source.length);
    write(bytes.clear());
  }

  void commit() {
    long at = file.position();
    write(index.flip());
    ByteBuffer tail = ByteBuffer.allocate(ExampleFile.countsBytes()).order(ByteOrder.LITTLE_ENDIAN);
    tail.putLong(counts.records());
    tail.putLong(counts.examples());
    tail.putLong(counts.tokens());
    tail.putLong(counts.learntTokens());
    for (ExampleNote note : ExampleNote.values()) {
      tail.putLong(counts.count(note));
    }
    write(tail.flip());
    ByteBuffer footer =
        ByteBuffer.allocate(ExampleFile.FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer.putLong(at).putLong(counts.examples()).putInt((int) crc.getValue());
    write(footer.putInt(ExampleFile.VERSION).flip());
    try {
      file.force();
    } catch (IOException e) {
      throw failed(e);
    }
    file.commit();
  }

  private void write(ByteBuffer bytes) {
    crc.update(bytes.duplicate());
    try {
      file.write(bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private TrainException failed(IOException e) {
    return new TrainException(path + ": cannot be written: " + e.getMessage(), e);
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {
    file.close();
  }
}
