package org.blossomlm.model.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the header of a file from front to back. No read goes past the header's end, and every
 * error says which field was being read.
 */
final class GgufCursor {
  private final Path path;
  private final MemorySegment file;
  private final GgufLimits limits;
  private final long end;
  private long position;
  private String field = "header";

  GgufCursor(Path path, MemorySegment file, GgufLimits limits) {
    this.path = path;
    this.file = file;
    this.limits = limits;
    this.end = Math.min(file.byteSize(), limits.maxHeaderBytes());
  }

  long position() {
    return position;
  }

  long remaining() {
    return end - position;
  }

  /** Names what is read next, for errors. */
  void field(String name) {
    field = name;
  }

  byte int8() {
    return file.get(JAVA_BYTE, advance(1));
  }

  short int16() {
    return file.get(LittleEndian.SHORT, advance(2));
  }

  int int32() {
    return file.get(LittleEndian.INT, advance(4));
  }

  long int64() {
    return file.get(LittleEndian.LONG, advance(8));
  }

  float float32() {
    return file.get(LittleEndian.FLOAT, advance(4));
  }

  double float64() {
    return file.get(LittleEndian.DOUBLE, advance(8));
  }

  boolean bool() {
    byte value = int8();
    if (value != 0 && value != 1) {
      throw error("found the byte " + (value & 0xFF) + " for a boolean, allowed are 0 and 1");
    }
    return value == 1;
  }

  /**
   * A count of things that take at least {@code minBytes} each.
   *
   * @param max the limit called {@code limit}
   */
  int count(int minBytes, int max, String limit) {
    long count = int64();
    checkLimit(count, max, limit);
    if (count > remaining() / minBytes) {
      throw outOfBytes(count + " of at least " + minBytes + " bytes each");
    }
    return (int) count;
  }

  /** UTF-8 that must be well-formed. */
  String string(int maxBytes, String limit) {
    int bytes = stringBytes(maxBytes, limit);
    ByteBuffer utf8 = file.asSlice(advance(bytes), bytes).asByteBuffer();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new GgufException(
          describe("found bytes that are not UTF-8, which strings of GGUF must be"), e);
    }
  }

  /** Passes over the elements of a string array: of a vocabulary, hundreds of thousands. */
  void skipStrings(int count) {
    int maxBytes = limits.maxStringBytes();
    long at = position;
    for (int i = 0; i < count; i++) {
      long bytes = at <= end - Long.BYTES ? file.get(LittleEndian.LONG, at) : -1;
      if (bytes >= 0 && bytes <= maxBytes && bytes <= end - Long.BYTES - at) {
        at += Long.BYTES + bytes;
      } else {
        // Refused: the ordinary way says why.
        position = at;
        advance(stringBytes(maxBytes, "maxStringBytes"));
        at = position;
      }
    }
    position = at;
  }

  private int stringBytes(int maxBytes, String limit) {
    long bytes = int64();
    checkLimit(bytes, maxBytes, limit);
    if (bytes > remaining()) {
      throw outOfBytes("a string of " + bytes + " bytes");
    }
    return (int) bytes;
  }

  /** Passes over {@code bytes} and returns where they start. */
  long advance(long bytes) {
    if (bytes > remaining()) {
      throw outOfBytes(bytes + " more bytes");
    }
    long at = position;
    position += bytes;
    return at;
  }

  MemorySegment slice(long from, long to) {
    return file.asSlice(from, to - from);
  }

  private void checkLimit(long found, long max, String limit) {
    if (found < 0 || found > max) {
      throw error(
          "found "
              + Long.toUnsignedString(found)
              + ", at most "
              + max
              + " allowed ("
              + limit
              + ")");
    }
  }

  GgufException error(String what) {
    return new GgufException(describe(what));
  }

  private String describe(String what) {
    return path + ": " + field + ": " + what;
  }

  private GgufException outOfBytes(String needed) {
    boolean limited = end < file.byteSize();
    return error(
        "needs "
            + needed
            + " at byte "
            + position
            + ", but "
            + (limited
                ? "a header may take only " + end + " bytes (maxHeaderBytes)"
                : "the file ends at byte " + end + "; it is damaged or was not copied completely"));
  }
}
