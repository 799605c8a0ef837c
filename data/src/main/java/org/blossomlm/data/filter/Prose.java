package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the writer of a text says in their own name: without code, quotations and titles. */
final class Prose {
  private static final Pattern CODE =
      Pattern.compile("(?:```|~~~).*?(?:```|~~~|\\z)|`[^`\n]*`", Pattern.DOTALL);

  /**
   * Quotations within one paragraph, and Markdown's quoted lines. Straight single quotes are
   * apostrophes too often to be taken for quotations.
   */
  private static final Pattern QUOTED =
      Pattern.compile(
          "“[^”\n]*”|\"[^\"\n]*\"|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》|‘[^’\n]{12,}’|(?m)^\\s*>.*$");

  /** A full stop in 3.14 or example.com does not end a sentence. */
  private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?])\\s+|(?<=[。！？])|\n+");

  private Prose() {}

  static String withoutCode(String text) {
    return CODE.matcher(text).replaceAll(" ");
  }

  /** The writer's own sentences. A quotation leaves a mark behind, so that its frame stays one. */
  static List<String> sentences(String text) {
    String own = QUOTED.matcher(withoutCode(text)).replaceAll("“”");
    List<String> sentences = new ArrayList<>();
    for (String sentence : SENTENCE_END.split(own)) {
      String stripped = ContentOperators.trim(sentence, "");
      if (!stripped.isEmpty()) {
        sentences.add(stripped);
      }
    }
    return sentences;
  }
}
