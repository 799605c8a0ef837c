package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of code in Markdown (CommonMark, section 4.5).
 *
 * @param language the first word behind the opening fence, in lower case; may be empty
 * @param code between the fences
 * @param closed whether the closing fence is there
 */
record CodeFence(String language, String code, boolean closed) {
  private static final Pattern FENCE =
      Pattern.compile("^ {0,3}(?:[-*+>]\\s+|\\d+[.)]\\s+)?\\s*(`{3,}|~{3,})(.*)$");

  /** The blocks of {@code text}, in order. */
  static List<CodeFence> in(String text) {
    List<CodeFence> fences = new ArrayList<>();
    String open = "";
    String language = "";
    StringBuilder code = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      Matcher matcher = FENCE.matcher(line);
      boolean fence = matcher.matches();
      if (open.isEmpty()) {
        // A backtick behind the opening fence means code within a line.
        if (fence && matcher.group(2).indexOf('`') < 0) {
          open = matcher.group(1);
          String info = matcher.group(2).strip();
          language = info.split("[\\s{,]+", 2)[0].toLowerCase(Locale.ROOT);
          code.setLength(0);
        }
      } else if (fence && matcher.group(1).startsWith(open) && matcher.group(2).isBlank()) {
        fences.add(new CodeFence(language, code.toString(), true));
        open = "";
      } else {
        code.append(line).append('\n');
      }
    }
    if (!open.isEmpty()) {
      fences.add(new CodeFence(language, code.toString(), false));
    }
    return fences;
  }

  static boolean hasUnclosed(String text) {
    return in(text).stream().anyMatch(fence -> !fence.closed());
  }
}
