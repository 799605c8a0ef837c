package org.blossomlm.data.teacher;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a request has, about: services count with tokenizers of their own. On the high
 * side for budgets and rate limits: a token for each character of Chinese, Japanese and Korean, one
 * for three bytes of anything else, and a few for each message.
 */
final class TokenEstimate {
  private static final int PER_MESSAGE = 6;
  private static final int BYTES_PER_TOKEN = 3;
  private static final int FIRST_CJK = 0x2E80;

  private TokenEstimate() {}

  static long of(String text) {
    long wide = 0;
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= FIRST_CJK) {
        wide++;
      } else {
        bytes += c < 0x80 ? 1 : 2;
      }
    }
    return wide + Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }

  /** All texts of a request body, keys aside. */
  static long of(Map<String, ?> body) {
    return value(body);
  }

  private static long value(@Nullable Object value) {
    return switch (value) {
      case String text -> of(text);
      case Map<?, ?> map -> {
        long sum = PER_MESSAGE;
        for (Object element : map.values()) {
          sum += value(element);
        }
        yield sum;
      }
      case List<?> list -> {
        long sum = 0;
        for (Object element : list) {
          sum += value(element);
        }
        yield sum;
      }
      case null, default -> 0;
    };
  }
}
