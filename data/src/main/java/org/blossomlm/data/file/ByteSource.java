package org.blossomlm.data.file;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** The bytes of a file, unpacked where its first bytes say that it is compressed. */
final class ByteSource {
  private static final int BUFFER_BYTES = 1 << 16;

  /** 128 MiB, what {@code zstd --long} makes. */
  private static final int MAX_WINDOW_LOG = 27;

  private ByteSource() {}

  static InputStream open(InputFile file) throws IOException {
    InputStream stored = new BufferedInputStream(file.opener().open(), BUFFER_BYTES);
    try {
      stored.mark(4);
      byte[] start = stored.readNBytes(4);
      stored.reset();
      if (start.length >= 2 && start[0] == 0x1f && start[1] == (byte) 0x8b) {
        return new BufferedInputStream(new GZIPInputStream(stored, BUFFER_BYTES), BUFFER_BYTES);
      }
      if (start.length == 4
          && start[0] == 0x28
          && start[1] == (byte) 0xb5
          && start[2] == 0x2f
          && start[3] == (byte) 0xfd) {
        ZstdInputStream unpacked = new ZstdInputStream(stored);
        unpacked.setLongMax(MAX_WINDOW_LOG);
        return new BufferedInputStream(unpacked, BUFFER_BYTES);
      }
      return stored;
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }
}
