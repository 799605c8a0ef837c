package org.blossomlm.data.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.blossomlm.data.DataException;

/** Text of bytes that must be UTF-8. */
final class Utf8 {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  /** The text, a byte order mark at its beginning aside. */
  String withoutMark(byte[] bytes) {
    String text = text(bytes);
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /**
   * The text.
   *
   * @throws DataException naming the first byte that is wrong, from 1
   */
  String text(byte[] bytes) {
    if (isAscii(bytes)) {
      return new String(bytes, StandardCharsets.US_ASCII);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    decoder.reset();
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new DataException(
          "not UTF-8 at byte %d (0x%02x); convert the file to UTF-8"
              .formatted(in.position() + 1, in.get(in.position()) & 0xff));
    }
    return out.flip().toString();
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }
}
