package org.blossomlm.engine.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.DiskSpace;

/** Writes a base file; it appears under its name when it is complete. */
final class BaseWriter implements AutoCloseable {
  private final Path target;
  private final AtomicFile file;
  private final ByteBuffer row;
  private final int vocabulary;

  private BaseWriter(Path target, AtomicFile file, int vocabulary) {
    this.target = target;
    this.file = file;
    this.vocabulary = vocabulary;
    this.row = ByteBuffer.allocate(BaseFormat.rowBytes(vocabulary)).order(BaseFormat.ORDER);
  }

  /**
   * @throws ModelException if there is no such folder or not enough space
   */
  static BaseWriter create(Path target, TextChunks text, int vocabulary) {
    long bytes =
        BaseFormat.HEADER_BYTES
            + 4L * text.tokens().length
            + (long) text.count() * text.scored() * BaseFormat.rowBytes(vocabulary);
    DiskSpace.OF_FILE_SYSTEM.require(
        target, bytes, "write elsewhere, or measure fewer --chunks", ModelException::new);
    AtomicFile file = AtomicFile.create(target, AtomicFile.largeBuffer(), ModelException::new);
    var writer = new BaseWriter(target, file, vocabulary);
    try {
      writer.header(text);
      return writer;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void header(TextChunks text) {
    int[] tokens = text.tokens();
    ByteBuffer header =
        ByteBuffer.allocate(BaseFormat.HEADER_BYTES + 4 * tokens.length).order(BaseFormat.ORDER);
    header.put(BaseFormat.MAGIC).putInt(text.context()).putInt(vocabulary).putInt(text.count());
    header.asIntBuffer().put(tokens);
    header.position(header.capacity());
    write(header.flip());
  }

  /**
   * @param normaliser see {@link LogSoftmax#normaliser}
   */
  void write(float[] logits, double normaliser) {
    float max = logits[LogSoftmax.argmax(logits, vocabulary)];
    float min = max;
    for (int i = 0; i < vocabulary; i++) {
      min = Math.min(min, logits[i]);
    }
    min = Math.max(min, max - BaseFormat.RANGE);
    float scale = (max - min) / BaseFormat.LARGEST_CODE;
    row.clear();
    row.putFloat(scale).putFloat((float) (min - normaliser));
    float inverse = scale > 0 ? 1 / scale : 0;
    for (int i = 0; i < vocabulary; i++) {
      int code = logits[i] > min ? Math.round(inverse * (logits[i] - min)) : 0;
      row.putShort((short) Math.min(BaseFormat.LARGEST_CODE, code));
    }
    while (row.hasRemaining()) {
      row.put((byte) 0);
    }
    write(row.flip());
  }

  private void write(ByteBuffer bytes) {
    try {
      file.write(bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private ModelException failed(IOException e) {
    return new ModelException(target + ": writing failed: " + e.getMessage(), e);
  }

  void commit() {
    try {
      file.force();
    } catch (IOException e) {
      throw failed(e);
    }
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }
}
