package org.blossomlm.data.file;

import java.util.Locale;

/** What is longer than a record may be. */
final class TooLong {
  private TooLong() {}

  static String message(String what, long length, int max) {
    return String.format(
        Locale.ROOT,
        "a %s of %,d bytes; at most %,d are allowed (--max-line-bytes allows more)",
        what,
        length,
        max);
  }
}
