package org.blossomlm.cli.chat;

/** Messages between triple quotes, which may hold newlines. */
final class MultiLine {
  private static final String QUOTES = "\"\"\"";

  private MultiLine() {}

  /** Whether {@code text} opens triple quotes that are not closed yet. */
  static boolean isOpen(String text) {
    int start = start(text);
    return start >= 0 && text.indexOf(QUOTES, start + QUOTES.length()) < 0;
  }

  /** {@code text} without its triple quotes, if it has any. */
  static String unquote(String text) {
    int start = start(text);
    if (start < 0) {
      return text;
    }
    String inner = text.substring(start + QUOTES.length());
    int end = inner.indexOf(QUOTES);
    String content = end < 0 ? inner : inner.substring(0, end);
    return text.substring(0, start) + content.replaceFirst("^\n", "").replaceFirst("\n$", "");
  }

  /** Quotes count at the start of a message, or of the text after {@code /set system}. */
  private static int start(String text) {
    String trimmed = text.stripLeading();
    int offset = text.length() - trimmed.length();
    if (trimmed.startsWith("/set system")) {
      String argument = trimmed.substring("/set system".length());
      int blank = argument.length() - argument.stripLeading().length();
      offset += "/set system".length() + blank;
    }
    return text.startsWith(QUOTES, offset) ? offset : -1;
  }
}
