package org.blossomlm.data.math;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the spellings of an answer to one: full-width characters to ASCII, symbols to LaTeX's
 * names, spacing and sizes of LaTeX away. Words that LaTeX sets as text stand between {@link
 * #NOTE_START} and {@link #NOTE_END} afterwards.
 */
final class AnswerText {
  static final char NOTE_START = '\uE000';
  static final char NOTE_END = '\uE001';

  /** Braces that print. */
  static final char SET_START = '\uE002';

  static final char SET_END = '\uE003';

  /** Answers that are longer are not looked into. */
  static final int MAX_LENGTH = 4_000;

  private static final Map<Character, String> SYMBOLS =
      Map.ofEntries(
          Map.entry('\u2212', "-"),
          Map.entry('\u2013', "-"),
          Map.entry('\u2014', "-"),
          Map.entry('×', "\\times "),
          Map.entry('·', "\\cdot "),
          Map.entry('⋅', "\\cdot "),
          Map.entry('÷', "\\div "),
          Map.entry('²', "^{2}"),
          Map.entry('³', "^{3}"),
          Map.entry('½', " 1/2"),
          Map.entry('⅓', " 1/3"),
          Map.entry('⅔', " 2/3"),
          Map.entry('¼', " 1/4"),
          Map.entry('¾', " 3/4"),
          Map.entry('⅕', " 1/5"),
          Map.entry('⅛', " 1/8"),
          Map.entry('⅜', " 3/8"),
          Map.entry('⅝', " 5/8"),
          Map.entry('⅞', " 7/8"),
          Map.entry('π', "\\pi "),
          Map.entry('√', "\\sqrt "),
          Map.entry('≤', "\\leq "),
          Map.entry('≦', "\\leq "),
          Map.entry('⩽', "\\leq "),
          Map.entry('≥', "\\geq "),
          Map.entry('≧', "\\geq "),
          Map.entry('⩾', "\\geq "),
          Map.entry('≠', "\\neq "),
          Map.entry('≈', "\\approx "),
          Map.entry('±', "\\pm "),
          Map.entry('∞', "\\infty "),
          Map.entry('∪', "\\cup "),
          Map.entry('∈', "\\in "),
          Map.entry('∅', "\\emptyset "),
          Map.entry('∶', ":"),
          Map.entry('℃', "°C"),
          Map.entry('º', "°"),
          Map.entry('㎡', "m^{2}"),
          Map.entry('㎝', "cm"),
          Map.entry('㎏', "kg"),
          Map.entry('㎞', "km"),
          Map.entry('℉', "°F"),
          Map.entry('￥', "¥"),
          Map.entry('。', "."));

  private static final Pattern SPACING =
      Pattern.compile(
          "\\\\(?:[,;:!\\s>]|(?:quad|qquad|displaystyle|textstyle|limits|left|right|big|Big|bigl|bigr"
              + "|Bigl|Bigr|thinspace|hspace\\{[^{}]{0,20}})(?![a-zA-Z]))|~");
  private static final Pattern TEXT =
      Pattern.compile(
          "\\\\(?:text|textbf|textit|textrm|mbox|mathrm|mathbf|mathit|operatorname|rm|bf)\\s*"
              + "\\{([^{}]*)}");
  private static final Pattern DEGREE = Pattern.compile("\\^\\s*(?:\\{\\s*\\\\circ\\s*}|\\\\circ)");
  private static final Pattern SPLIT_DECIMAL = Pattern.compile("(\\d+\\.)\\s+(\\d+)");
  private static final Pattern FUNCTION = Pattern.compile("sin|cos|tan|cot|sec|csc|ln|log|lg|exp");
  private static final Pattern MATH_SEGMENT = Pattern.compile("\\$\\$?([^$]{1,2000}?)\\$\\$?");
  private static final Pattern PROSE = Pattern.compile("(?<![\\\\a-zA-Z{])[a-zA-Z]{2,}");

  /** Two stars between numbers or brackets are a power. */
  private static final Pattern BOLD = Pattern.compile("(?<![\\w)\\]}])\\*\\*|\\*\\*(?![\\w(\\\\])");

  private static final Pattern OTHER_FRACTION = Pattern.compile("\\\\[dtc]frac(?![a-zA-Z])");
  private static final Pattern BARE_TOP = Pattern.compile("\\\\frac\\s*(\\d)");
  private static final Pattern BARE_BOTTOM = Pattern.compile("\\\\frac\\{([^{}]{1,60})}\\s*(\\d)");
  private static final Pattern REPEATING =
      Pattern.compile("(\\d{1,20})\\.(\\d{0,20})\\\\(?:overline|dot)\\s*\\{?(\\d{1,20})}?");
  private static final Pattern ENUMERATION = Pattern.compile("[①-⑳]");
  private static final Pattern ENDING = Pattern.compile("[\\s.,;:，、；：*_`]+$");
  private static final Pattern OPENING = Pattern.compile("^[\\s:：,，*_`]+");

  private AnswerText() {}

  /** The text in one spelling; what is longer than {@link #MAX_LENGTH} comes back as it is. */
  static String clean(String text) {
    if (text.length() > MAX_LENGTH) {
      return text;
    }
    String clean = spelled(text);
    clean = DEGREE.matcher(clean).replaceAll("°");
    clean = SPACING.matcher(clean).replaceAll(" ");
    clean =
        clean
            .replace("\\%", "%")
            .replace("\\#", "#")
            .replace("\\&", "&")
            .replace("{,}", ",")
            .replace("\\lvert", "|")
            .replace("\\rvert", "|")
            .replace("\\{", String.valueOf(SET_START))
            .replace("\\}", String.valueOf(SET_END))
            .replace("\\lbrace", String.valueOf(SET_START))
            .replace("\\rbrace", String.valueOf(SET_END));
    clean = clean.replace("<=", "\\leq ").replace(">=", "\\geq ").replace("!=", "\\neq ");
    clean = BOLD.matcher(clean).replaceAll("");
    clean = withoutDelimiters(clean);
    clean = fractions(notes(clean));
    String trimmed = trimmed(clean);
    Matcher split = SPLIT_DECIMAL.matcher(trimmed);
    return split.matches() ? split.group(1) + split.group(2) : trimmed;
  }

  private static String trimmed(String text) {
    String clean = OPENING.matcher(text.strip()).replaceAll("");
    // A point that ends a number like "4." goes too.
    return ENDING.matcher(clean).replaceAll("");
  }

  private static String spelled(String text) {
    StringBuilder clean = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String symbol = SYMBOLS.get(c);
      if (symbol != null) {
        clean.append(symbol);
      } else if (c >= '\uFF01' && c <= '\uFF5E') {
        clean.append((char) (c - 0xFEE0));
      } else if (c >= '\uE000' && c <= '\uE003') {
        clean.append(' '); // Marks of ours are not taken from outside.
      } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        clean.append(' ');
      } else if (ENUMERATION.matcher(String.valueOf(c)).matches()) {
        clean.append('(').append(c - '①' + 1).append(')');
      } else {
        clean.append(c);
      }
    }
    return clean.toString();
  }

  /** Drops the signs between which LaTeX switches to formulas; a dollar before a number stays. */
  private static String withoutDelimiters(String text) {
    String clean =
        text.replace("\\(", " ").replace("\\)", " ").replace("\\[", " ").replace("\\]", " ");
    // "\$" is money.
    clean = clean.replace("\\$", "\uE004");
    StringBuilder result = new StringBuilder();
    Matcher segment = MATH_SEGMENT.matcher(clean);
    int end = 0;
    while (segment.find()) {
      if (PROSE.matcher(segment.group(1)).find()) {
        segment.region(segment.start() + 1, clean.length());
        continue;
      }
      result.append(clean, end, segment.start()).append(' ').append(segment.group(1)).append(' ');
      end = segment.end();
    }
    return result.append(clean.substring(end)).toString().replace('\uE004', '$');
  }

  private static String notes(String text) {
    String clean = text;
    for (int depth = 0; depth < 4 && clean.contains("\\"); depth++) {
      String next =
          TEXT.matcher(clean)
              .replaceAll(match -> Matcher.quoteReplacement(note(match.group(1).strip())));
      if (next.equals(clean)) {
        break;
      }
      clean = next;
    }
    return clean;
  }

  /** \\frac12 becomes \\frac{1}{2}; 0.\\overline{3} becomes the fraction that it is. */
  private static String fractions(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    String clean = OTHER_FRACTION.matcher(text).replaceAll("\\\\frac");
    clean = BARE_TOP.matcher(clean).replaceAll("\\\\frac{$1}");
    clean = BARE_BOTTOM.matcher(clean).replaceAll("\\\\frac{$1}{$2}");
    return REPEATING
        .matcher(clean)
        .replaceAll(match -> {
          BigInteger once = new BigInteger(match.group(1) + match.group(2));
          BigInteger twice = new BigInteger(match.group(1) + match.group(2) + match.group(3));
          BigInteger nines = BigInteger.TEN.pow(match.group(3).length()).subtract(BigInteger.ONE);
          return "("
              + twice.subtract(once)
              + ")/("
              + nines.multiply(BigInteger.TEN.pow(match.group(2).length()))
              + ")";
        });
  }

  private static String note(String content) {
    if (content.isEmpty()) {
      return " ";
    }
    if (FUNCTION.matcher(content).matches()) {
      return "\\" + content + " ";
    }
    boolean words = content.codePoints().filter(Character::isLetter).count() > 1;
    // A single letter is a variable or a choice, numbers are numbers, whatever they are set in.
    return words || content.codePoints().anyMatch(c -> c > 0x2E80)
        ? NOTE_START + content.replace(NOTE_START, ' ').replace(NOTE_END, ' ') + NOTE_END
        : content;
  }

  /** For comparing words: no spaces, no marks, no case. */
  static String normalised(String clean) {
    StringBuilder letters = new StringBuilder();
    clean
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(c -> !Character.isWhitespace(c) && (c < 0xE000 || c > 0xE001))
        .forEach(letters::appendCodePoint);
    return letters.toString();
  }
}
