package org.blossomlm.engine.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.blossomlm.model.ModelException;

/** Writes a base file; it appears under its name when it is complete. */
final class BaseWriter implements AutoCloseable {
  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private final ByteBuffer row;
  private final int vocabulary;
  private boolean committed;

  private BaseWriter(Path target, Path partial, FileChannel channel, int vocabulary) {
    this.target = target;
    this.partial = partial;
    this.channel = channel;
    this.vocabulary = vocabulary;
    this.row = ByteBuffer.allocateDirect(BaseFormat.rowBytes(vocabulary)).order(BaseFormat.ORDER);
  }

  /**
   * @throws ModelException if there is no such folder or not enough space
   */
  static BaseWriter create(Path target, TextChunks text, int vocabulary) {
    long bytes =
        BaseFormat.HEADER_BYTES
            + 4L * text.tokens().length
            + (long) text.count() * text.scored() * BaseFormat.rowBytes(vocabulary);
    String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    Path partial = target.resolveSibling("." + target.getFileName() + "." + random + ".partial");
    try {
      Path folder = target.toAbsolutePath().getParent();
      long free = folder == null ? 0 : Files.getFileStore(folder).getUsableSpace();
      if (free < bytes) {
        throw new ModelException(
            target + ": not enough space: " + bytes + " bytes are needed, " + free + " are free");
      }
      FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      var writer = new BaseWriter(target, partial, channel, vocabulary);
      writer.header(text);
      return writer;
    } catch (NoSuchFileException e) {
      throw new ModelException(target + ": cannot be written: its folder does not exist", e);
    } catch (IOException e) {
      throw new ModelException(target + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private void header(TextChunks text) throws IOException {
    int[] tokens = text.tokens();
    ByteBuffer header =
        ByteBuffer.allocate(BaseFormat.HEADER_BYTES + 4 * tokens.length).order(BaseFormat.ORDER);
    header.put(BaseFormat.MAGIC).putInt(text.context()).putInt(vocabulary).putInt(text.count());
    header.asIntBuffer().put(tokens);
    header.position(header.capacity());
    drain(header.flip());
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
    try {
      drain(row.flip());
    } catch (IOException e) {
      throw new ModelException(target + ": writing failed: " + e.getMessage(), e);
    }
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  void commit() {
    try {
      channel.force(true);
      channel.close();
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
    } catch (IOException e) {
      throw new ModelException(target + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(partial + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
