package org.blossomlm.data.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Lines as bytes. Only {@code \n} ends a line; a {@code \r} before it belongs to the ending. */
public final class LineReader implements Closeable {
  private static final int SHOWN_BYTES = 1000;

  /**
   * A line.
   *
   * @param bytes without the ending; the beginning where it is too long
   * @param length of the whole line
   * @param complete whether it is not too long
   */
  public record Line(byte[] bytes, long length, boolean complete) {}

  private final InputStream in;
  private final int maxBytes;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] pending = new byte[1 << 12];

  public LineReader(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  public Optional<Line> next() throws IOException {
    long length = 0;
    int kept = 0;
    boolean ended = false;
    while (!ended) {
      if (position == limit) {
        limit = Math.max(0, in.read(buffer));
        position = 0;
        if (limit == 0) {
          if (length == 0) {
            return Optional.empty();
          }
          break;
        }
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      ended = end < limit;
      int piece = end - position;
      if (length + piece <= maxBytes + 1L) { // One more for \r.
        pending =
            kept + piece <= pending.length
                ? pending
                : Arrays.copyOf(pending, (int) Math.min(maxBytes + 1L, (kept + piece) * 2L));
        System.arraycopy(buffer, position, pending, kept, piece);
        kept += piece;
      }
      length += piece;
      position = ended ? end + 1 : end;
    }
    if (kept == length && kept > 0 && pending[kept - 1] == '\r') {
      kept--;
      length--;
    }
    boolean complete = length <= maxBytes;
    int shown = complete ? kept : Math.min(kept, SHOWN_BYTES);
    byte[] bytes = Arrays.copyOf(pending, shown);
    if (pending.length > 1 << 22) {
      pending = new byte[1 << 12]; // One long line does not hold its memory for the rest.
    }
    return Optional.of(new Line(bytes, length, complete));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
