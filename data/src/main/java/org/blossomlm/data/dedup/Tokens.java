package org.blossomlm.data.dedup;

import java.util.Arrays;

/**
 * A text as the hashes of its tokens: each Chinese, Japanese or Korean character is one, each run
 * of other letters and digits is one. Upper and lower case, full and half width are the same;
 * everything that is neither letter nor digit only separates, except the signs of arithmetic, a
 * full stop or comma between two digits, and a minus or percent sign that changes a number. Numbers
 * stay as they are, so that two problems which differ in a number differ.
 *
 * @param hashes one for each token
 * @param size how many of them count
 * @param ideographs how many are single characters
 * @param numbers a hash of the numbers in the order of the text
 */
record Tokens(long[] hashes, int size, int ideographs, long numbers) {
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long WORD = 0xD6E8FEB86659FD93L;

  static Tokens of(String string) {
    char[] text = string.toCharArray();
    long[] hashes = new long[Math.max(16, text.length / 3)];
    int size = 0;
    int ideographs = 0;
    long numbers = SEED;
    long word = 0;
    boolean inWord = false;
    boolean number = false;
    for (int i = 0; i < text.length; i++) {
      char c = fold(text[i]);
      boolean digit = c >= '0' && c <= '9';
      if (digit || isWord(c)) {
        if (!inWord) {
          inWord = true;
          word = SEED;
          number = digit;
          if (digit && i > 0 && isMinus(text, i)) {
            word = step(word, '-');
          }
        }
        number &= digit;
        word = step(word, c);
        continue;
      }
      if (inWord && number && isInsideNumber(text, i, c)) {
        // 1,234 is 1234; 3.14 is not 314.
        if (c == '.') {
          word = step(word, '.');
        }
        continue;
      }
      boolean ideograph = isIdeograph(c);
      boolean alone = ideograph || isOperator(text, i, c);
      if (inWord) {
        if (number) {
          long hash = c == '%' ? step(word, '%') : word;
          numbers = mix(numbers * WORD + hash);
          word = hash;
        }
        if (size + 2 > hashes.length) {
          hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
        hashes[size++] = mix(word);
        inWord = false;
      }
      if (alone) {
        if (size == hashes.length) {
          hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
        hashes[size++] = mix(c * WORD);
        ideographs += ideograph ? 1 : 0;
      }
    }
    if (inWord) {
      if (number) {
        numbers = mix(numbers * WORD + word);
      }
      if (size == hashes.length) {
        hashes = Arrays.copyOf(hashes, size + 1);
      }
      hashes[size++] = mix(word);
    }
    return new Tokens(hashes, size, ideographs, numbers);
  }

  /** Whether most of the text is characters, so that shingles are counted in characters. */
  boolean isChinese() {
    return 2 * ideographs > size;
  }

  /** One hash of all tokens in their order; texts that differ only in punctuation share it. */
  long sequence() {
    long hash = SEED + size;
    for (int i = 0; i < size; i++) {
      hash = hash * WORD + hashes[i]; // each of them mixed
    }
    return mix(hash);
  }

  private static char fold(char c) {
    if (c < 0x80) {
      return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
    if (c >= 0xFF01 && c <= 0xFF5E) {
      char half = (char) (c - 0xFEE0);
      return half >= 'A' && half <= 'Z' ? (char) (half + 32) : half;
    }
    return c < 0x2E80 ? Character.toLowerCase(c) : c;
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 0x80 && !isIdeograph(c) && (Character.isLetterOrDigit(c) || isMark(c));
  }

  private static boolean isMark(char c) {
    return Character.getType(c) == Character.NON_SPACING_MARK;
  }

  /** Characters of scripts without spaces; each half of a surrogate pair counts as one, too. */
  private static boolean isIdeograph(char c) {
    return c >= 0x3400 && c <= 0x9FFF
        || c >= 0x3041 && c <= 0x30FF
        || c >= 0xAC00 && c <= 0xD7A3
        || c >= 0xD800 && c <= 0xDFFF
        || c >= 0xF900 && c <= 0xFAFF
        || c == 0x3007;
  }

  /**
   * Signs that change what is computed; -, *, / and ^ stand in prose too, so only behind a value.
   */
  private static boolean isOperator(char[] text, int i, char c) {
    return switch (c) {
      case '+', '=', '<', '>', '×', '÷', '±', '≤', '≥', '≠', '√', '∑', '∫' -> true;
      case '-', '*', '/', '^', '−' -> {
        int before = i - 1;
        while (before >= 0 && text[before] == ' ') {
          before--;
        }
        yield before >= 0 && (isDigit(fold(text[before])) || ")}）".indexOf(text[before]) >= 0);
      }
      default -> false;
    };
  }

  private static boolean isInsideNumber(char[] text, int i, char c) {
    return (c == '.' || c == ',')
        && i + 1 < text.length
        && isDigit(fold(text[i + 1]))
        && isDigit(fold(text[i - 1]));
  }

  /** A minus is a sign where no operand stands before it: in "(-3" and "= -3", not in "5 - 3". */
  private static boolean isMinus(char[] text, int i) {
    char sign = fold(text[i - 1]);
    if (sign != '-' && sign != '−') {
      return false;
    }
    return i < 2 || "(=<>,+*/^ $".indexOf(fold(text[i - 2])) >= 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static long step(long hash, int c) {
    return (hash ^ c) * 0x100000001B3L;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
