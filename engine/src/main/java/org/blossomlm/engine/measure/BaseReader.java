package org.blossomlm.engine.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.blossomlm.model.ModelException;
import org.jspecify.annotations.Nullable;

/** Reads a base file row by row; its size is checked against its header first. */
final class BaseReader implements AutoCloseable {
  private static final int MAX_CONTEXT = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final TextChunks text;
  private final ByteBuffer row;
  private final int vocabulary;

  private BaseReader(Path path, FileChannel channel, TextChunks text, int vocabulary) {
    this.path = path;
    this.channel = channel;
    this.text = text;
    this.vocabulary = vocabulary;
    this.row = ByteBuffer.allocateDirect(BaseFormat.rowBytes(vocabulary)).order(BaseFormat.ORDER);
  }

  /** The numbers at the start of a file, checked. */
  private record Header(int context, int vocabulary, int chunks) {}

  static int contextOf(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      return header(path, channel).context();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  static BaseReader open(Path path, int vocabulary) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path);
      Header header = header(path, channel);
      if (header.vocabulary() != vocabulary) {
        throw new ModelException(
            path
                + ": was written by a model with "
                + header.vocabulary()
                + " tokens, this one has "
                + vocabulary
                + ": compare models with the same tokenizer");
      }
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * header.context() * header.chunks()).order(BaseFormat.ORDER);
      fill(path, channel, bytes);
      int[] tokens = new int[header.context() * header.chunks()];
      bytes.flip().asIntBuffer().get(tokens);
      if (Arrays.stream(tokens).anyMatch(token -> token < 0 || token >= vocabulary)) {
        throw new ModelException(path + ": is damaged: a token is outside the vocabulary");
      }
      return new BaseReader(
          path, channel, TextChunks.of(tokens, header.context()), header.vocabulary());
    } catch (IOException e) {
      close(channel);
      throw unreadable(path, e);
    } catch (RuntimeException e) {
      close(channel);
      throw e;
    }
  }

  private static ModelException unreadable(Path path, IOException e) {
    return e instanceof NoSuchFileException
        ? new ModelException(path + ": there is no such file", e)
        : new ModelException(path + ": cannot be read: " + e.getMessage(), e);
  }

  private static Header header(Path path, FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BaseFormat.HEADER_BYTES).order(BaseFormat.ORDER);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    bytes.flip();
    byte[] magic = new byte[Math.min(BaseFormat.MAGIC.length, bytes.remaining())];
    bytes.get(magic);
    if (!Arrays.equals(magic, BaseFormat.MAGIC) || bytes.remaining() < 12) {
      throw new ModelException(
          path + ": is no base file; write one with blossom perplexity MODEL TEXT --kl-base FILE");
    }
    var header = new Header(bytes.getInt(), bytes.getInt(), bytes.getInt());
    boolean sane =
        header.context() >= 4
            && header.context() <= MAX_CONTEXT
            && header.vocabulary() >= 1
            && header.vocabulary() <= 1 << 24
            && header.chunks() >= 1
            && (long) header.chunks() * header.context() <= 1 << 28;
    long rows = (long) header.chunks() * (header.context() - 1 - header.context() / 2);
    long expected =
        BaseFormat.HEADER_BYTES
            + 4L * header.context() * header.chunks()
            + rows * BaseFormat.rowBytes(header.vocabulary());
    if (!sane || channel.size() != expected) {
      throw new ModelException(
          path
              + ": is damaged or incomplete: its header says "
              + header.chunks()
              + " chunks of "
              + header.context()
              + " tokens and "
              + header.vocabulary()
              + " log-probabilities each, but it has "
              + channel.size()
              + " bytes");
    }
    return header;
  }

  private static void fill(Path path, FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new ModelException(path + ": ends early; is it still being written?");
      }
    }
  }

  TextChunks text() {
    return text;
  }

  int vocabulary() {
    return vocabulary;
  }

  /** The log-probabilities of the next scored position. */
  void read(float[] logProbabilities) {
    try {
      fill(path, channel, row.clear());
    } catch (IOException e) {
      throw new ModelException(path + ": cannot be read: " + e.getMessage(), e);
    }
    row.flip();
    float scale = row.getFloat();
    float lowest = row.getFloat();
    if (!Float.isFinite(lowest) || !(scale >= 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new ModelException(
          path
              + ": is damaged: log-probabilities from "
              + lowest
              + " in steps of "
              + scale
              + " cannot be");
    }
    for (int i = 0; i < vocabulary; i++) {
      logProbabilities[i] = lowest + scale * (row.getShort() & 0xFFFF);
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
