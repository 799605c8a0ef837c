package org.blossomlm.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The 256 printable characters with which byte-level vocabularies spell bytes (GPT-2's {@code
 * bytes_to_unicode}): Latin-1's visible characters stand for themselves, the other bytes for U+0100
 * and following in order. A space is {@code Ġ}.
 */
final class ByteAlphabet {
  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[0x144];

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      CHARS[b] = visible ? (char) b : next++;
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The character that stands for a byte. */
  static char charOf(int unsignedByte) {
    return CHARS[unsignedByte];
  }

  /** The bytes that {@code token} spells; nothing if a character of it stands for none. */
  static Optional<byte[]> decode(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      int b = c < BYTES.length ? BYTES[c] : -1;
      if (b < 0) {
        return Optional.empty();
      }
      bytes[i] = (byte) b;
    }
    return Optional.of(bytes);
  }

  /** How a byte-level vocabulary spells {@code text}. */
  static String encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder spelt = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      spelt.append(CHARS[b & 0xFF]);
    }
    return spelt.toString();
  }
}
