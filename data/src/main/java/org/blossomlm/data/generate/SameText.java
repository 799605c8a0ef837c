package org.blossomlm.data.generate;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Compares the whole answer with the reference; case, width, spaces and punctuation are ignored.
 */
final class SameText implements AnswerCheck {
  private static final Pattern IGNORED = Pattern.compile("[\\s\\p{P}]+");

  @Override
  public Verdict check(String question, String reference, String answer) {
    String expected = plain(reference);
    if (expected.isEmpty()) {
      return new Verdict(Result.UNREADABLE, "no letters or digits in the reference");
    }
    return plain(answer).equals(expected)
        ? new Verdict(Result.CORRECT, "the same text")
        : new Verdict(Result.WRONG, "another text");
  }

  private static String plain(String text) {
    return IGNORED
        .matcher(Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT))
        .replaceAll("");
  }
}
