package org.blossomlm.model.tokenizer;

/**
 * UTF-8 bytes to text, a few bytes at a time. A character is given out when its last byte is there.
 * Each maximal part of bytes that no character can start with becomes one U+FFFD (The Unicode
 * Standard, section 3.9, U+FFFD Substitution of Maximal Subparts), which is also what Python and
 * Rust do.
 */
final class Utf8Decoder {
  private static final char REPLACEMENT = '\uFFFD';

  private int codePoint;
  private int missing;
  private int least = 0x80;
  private int most = 0xBF;

  void accept(byte[] bytes, int from, StringBuilder out) {
    for (int i = from; i < bytes.length; i++) {
      accept(bytes[i] & 0xFF, out);
    }
  }

  void finish(StringBuilder out) {
    if (missing > 0) {
      out.append(REPLACEMENT);
      reset();
    }
  }

  private void accept(int b, StringBuilder out) {
    if (missing > 0) {
      if (b >= least && b <= most) {
        codePoint = codePoint << 6 | (b & 0x3F);
        least = 0x80;
        most = 0xBF;
        missing--;
        if (missing == 0) {
          out.appendCodePoint(codePoint);
        }
        return;
      }
      out.append(REPLACEMENT);
      reset();
    }
    if (b < 0x80) {
      out.append((char) b);
    } else if (b >= 0xC2 && b <= 0xF4) {
      start(b);
    } else {
      out.append(REPLACEMENT);
    }
  }

  /** A lead byte; for some the second byte's range is smaller: no overlong forms or surrogates. */
  private void start(int lead) {
    missing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    codePoint = lead & 0x3F >>> missing;
    least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  }

  private void reset() {
    missing = 0;
    least = 0x80;
    most = 0xBF;
  }
}
