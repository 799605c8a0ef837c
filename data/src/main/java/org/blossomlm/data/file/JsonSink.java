package org.blossomlm.data.file;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/** JSON Lines, or an array with an element in every line; compressed as the name says. */
final class JsonSink implements ObjectSink {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;
  private final boolean array;
  private boolean first = true;

  JsonSink(Path file, String name, boolean array) throws IOException {
    this.out = compressed(Files.newOutputStream(file), name);
    this.array = array;
  }

  static OutputStream compressed(OutputStream file, String name) throws IOException {
    OutputStream buffered = new BufferedOutputStream(file, BUFFER_BYTES);
    try {
      // Neither writes a time or a name: the same records are the same bytes.
      return name.endsWith(".gz")
          ? new BufferedOutputStream(new GZIPOutputStream(buffered, BUFFER_BYTES), BUFFER_BYTES)
          : name.endsWith(".zst")
              ? new BufferedOutputStream(
                  new ZstdOutputStream(buffered).setChecksum(true), BUFFER_BYTES)
              : buffered;
    } catch (IOException e) {
      buffered.close();
      throw e;
    }
  }

  @Override
  public long write(Map<String, @Nullable Object> object) throws IOException {
    byte[] json = JsonTree.write(object).getBytes(StandardCharsets.UTF_8);
    if (array) {
      out.write(first ? '[' : ',');
      out.write('\n');
    }
    out.write(json);
    if (!array) {
      out.write('\n');
    }
    first = false;
    return json.length + (array ? 2 : 1);
  }

  @Override
  public void finish() throws IOException {
    if (array) {
      out.write((first ? "[]\n" : "\n]\n").getBytes(StandardCharsets.US_ASCII));
    }
    out.close();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
