package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text that a teacher wrote between {@code <result>} tags. */
final class TaggedText {
  private static final String OPEN = "<result>";
  private static final String CLOSE = "</result>";
  private static final Pattern ITEM = Pattern.compile("(?s)<result>(.*?)</result>");

  private TaggedText() {}

  /**
   * The one result of {@code answer}. It may speak of such tags itself: it reaches from the first
   * opening to the last closing one.
   */
  static String one(String answer) {
    String text = Thinking.split(answer).answer();
    int open = text.indexOf(OPEN);
    int close = text.lastIndexOf(CLOSE);
    if (open < 0) {
      throw new GenerationException("there is no <result> in the answer");
    }
    if (close < open) {
      throw new GenerationException("<result> is not closed by </result>");
    }
    String result = text.substring(open + OPEN.length(), close).strip();
    if (result.isEmpty()) {
      throw new GenerationException("the <result> is empty");
    }
    return result;
  }

  /** All results of {@code answer}, at least one; empty ones are left out. */
  static List<String> all(String answer) {
    List<String> results = new ArrayList<>();
    Matcher matcher = ITEM.matcher(Thinking.split(answer).answer());
    while (matcher.find()) {
      String result = matcher.group(1).strip();
      if (!result.isEmpty()) {
        results.add(result);
      }
    }
    if (results.isEmpty()) {
      throw new GenerationException("there is no complete <result>...</result> in the answer");
    }
    return results;
  }
}
