package org.blossomlm.model.tokenizer;

import java.util.Arrays;

/** Tokens that stand for one byte, spelt {@code <0x0A>}. */
final class ByteTokens {
  private ByteTokens() {}

  /** The byte that a token of this form stands for, or -1. */
  static int parse(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    int high = hexDigit(token.charAt(3));
    int low = hexDigit(token.charAt(4));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** The id of each byte in a vocabulary with upper-case hexadecimal digits, or -1. */
  static int[] ids(Vocabulary vocabulary) {
    int[] ids = new int[256];
    Arrays.setAll(ids, b -> vocabulary.find("<0x%02X>".formatted(b)));
    return ids;
  }

  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
