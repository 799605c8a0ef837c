package org.blossomlm.bench;

/**
 * How byte-level vocabularies spell bytes: visible characters of Latin-1 stand for themselves, the
 * others for U+0100 and following (GPT-2's {@code bytes_to_unicode}).
 */
final class ByteSpelling {
  private static final char[] CHARS = new char[256];

  static {
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = (b > 0x20 && b < 0x7F) || (b > 0xA0 && b != 0xAD);
      CHARS[b] = visible ? (char) b : next++;
    }
  }

  private ByteSpelling() {}

  static char charOf(int unsignedByte) {
    return CHARS[unsignedByte];
  }
}
