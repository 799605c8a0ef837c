package org.blossomlm.model.tokenizer;

import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What becomes of characters that the vocabulary does not have: their UTF-8 bytes where it has
 * tokens for all of them, else the unknown token, else nothing. Consecutive unknown characters may
 * share one token.
 *
 * @param byteTokens the id of each byte or -1; empty without byte fallback
 * @param unknown the id of the unknown token, or -1
 * @param fuse whether consecutive unknown characters become one token
 */
record UnknownText(Optional<int[]> byteTokens, int unknown, boolean fuse) {

  /** Adds the byte tokens of a code point, or gives false if one is missing. */
  boolean addBytes(int codePoint, IntConsumer sink) {
    if (byteTokens.isEmpty()) {
      return false;
    }
    int[] tokens = byteTokens.get();
    int length = utf8Length(codePoint);
    for (int i = 0; i < length; i++) {
      if (tokens[utf8Byte(codePoint, i, length)] < 0) {
        return false;
      }
    }
    for (int i = 0; i < length; i++) {
      sink.accept(tokens[utf8Byte(codePoint, i, length)]);
    }
    return true;
  }

  /** Whether nothing at all becomes of a code point that has no symbol. */
  boolean isDropped(int codePoint) {
    return unknown < 0 && !addBytes(codePoint, id -> {});
  }

  static int utf8Length(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  /** Byte {@code i} of the {@code length} bytes of a code point. */
  static int utf8Byte(int codePoint, int i, int length) {
    if (length == 1) {
      return codePoint;
    }
    int bits = codePoint >>> (6 * (length - 1 - i));
    return i == 0 ? (0xF00 >>> length & 0xFF) | bits : 0x80 | (bits & 0x3F);
  }
}
