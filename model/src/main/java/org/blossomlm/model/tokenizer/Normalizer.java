package org.blossomlm.model.tokenizer;

import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.blossomlm.model.text.MarkedText;

/** A step that rewrites text before it is split; the names are those of {@code tokenizer.json}. */
sealed interface Normalizer {
  String apply(String text);

  /** The same on marked text: what is made of any data is data. */
  MarkedText apply(MarkedText text);

  /** Unicode normalisation forms, as {@link UnicodeNormalization} has them. */
  record UnicodeForm(Form form) implements Normalizer {
    private static final int FIRST_COMBINING = 0x300;

    @Override
    public String apply(String text) {
      return UnicodeNormalization.normalize(text, form);
    }

    @Override
    public MarkedText apply(MarkedText text) {
      return bySegment(text, UnicodeForm::segmentEnd, this::apply);
    }

    /** The next place after {@code from} that no composition crosses. */
    private static int segmentEnd(String s, int from) {
      int i = from + Character.charCount(s.codePointAt(from));
      while (i < s.length() && continues(s.codePointAt(i))) {
        i += Character.charCount(s.codePointAt(i));
      }
      return i;
    }

    /** Whether a character may combine with the one before it; it may also say yes too often. */
    private static boolean continues(int codePoint) {
      if (codePoint < FIRST_COMBINING) {
        return false;
      }
      boolean mark = (CharClass.of(codePoint) & CharClass.MARK) != 0;
      boolean hangulVowelOrFinal = codePoint >= 0x1160 && codePoint <= 0x11FF;
      boolean halfWidthVoicing = codePoint == 0xFF9E || codePoint == 0xFF9F;
      boolean halfWidthHangul = codePoint >= 0xFFA0 && codePoint <= 0xFFDC;
      return mark || hangulVowelOrFinal || halfWidthVoicing || halfWidthHangul;
    }
  }

  /** Replaces every occurrence of a string that is not empty. */
  record Replace(String pattern, String content) implements Normalizer {
    @Override
    public String apply(String text) {
      return text.replace(pattern, content);
    }

    @Override
    public MarkedText apply(MarkedText text) {
      return bySegment(
          text,
          (s, from) -> from + (s.startsWith(pattern, from) ? pattern.length() : 1),
          segment -> segment.equals(pattern) ? content : segment);
    }
  }

  /** Puts a string before text that is not empty. */
  record Prepend(String prefix) implements Normalizer {
    @Override
    public String apply(String text) {
      return text.isEmpty() ? text : prefix + text;
    }

    @Override
    public MarkedText apply(MarkedText text) {
      return text.length() == 0 ? text : MarkedText.builder().trusted(prefix).append(text).build();
    }
  }

  /** Lower case, character by character: a final sigma is like any other. */
  record Lowercase() implements Normalizer {
    @Override
    public String apply(String text) {
      StringBuilder lower = new StringBuilder(text.length());
      text.codePoints().forEach(c -> lower.append(Character.toString(c).toLowerCase(Locale.ROOT)));
      return lower.toString();
    }

    @Override
    public MarkedText apply(MarkedText text) {
      return bySegment(
          text,
          (s, from) -> from + Character.charCount(s.codePointAt(from)),
          segment -> segment.toLowerCase(Locale.ROOT));
    }
  }

  /** Where a segment that is rewritten on its own ends. */
  @FunctionalInterface
  interface Segments {
    int end(String text, int from);
  }

  private static MarkedText bySegment(
      MarkedText text, Segments segments, UnaryOperator<String> rewrite) {
    String s = text.text();
    MarkedText.Builder rewritten = MarkedText.builder();
    for (int from = 0; from < s.length(); ) {
      int to = segments.end(s, from);
      String segment = rewrite.apply(s.substring(from, to));
      if (text.isTrusted(from, to)) {
        rewritten.trusted(segment);
      } else {
        rewritten.data(segment);
      }
      from = to;
    }
    return rewritten.build();
  }
}
