package org.blossomlm.model.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/** The case mappings and character tests of Python's str, on whole strings. */
final class TextCase {
  private TextCase() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String casefold(String text) {
    return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('ς', 'σ');
  }

  /** The first character in title case, the rest in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return titleCase(text.codePointAt(0)) + lower(text.substring(first));
  }

  private static String titleCase(int codePoint) {
    int title = Character.toTitleCase(codePoint);
    if (title != codePoint) {
      return Character.toString(title);
    }
    // Such as ß, whose title case Ss has two characters.
    String upper = upper(Character.toString(codePoint));
    return upper.length() > Character.charCount(codePoint)
        ? upper.substring(0, 1) + lower(upper.substring(1))
        : Character.toString(codePoint);
  }

  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      out.append(inWord ? lower(Character.toString(codePoint)) : titleCase(codePoint));
      inWord = isCased(codePoint);
      i += Character.charCount(codePoint);
    }
    return out.toString();
  }

  static String swapcase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(codePoint -> {
          String one = Character.toString(codePoint);
          out.append(
              Character.isUpperCase(codePoint)
                  ? lower(one)
                  : Character.isLowerCase(codePoint) ? upper(one) : one);
        });
    return out.toString();
  }

  private static boolean isCased(int codePoint) {
    return Character.isUpperCase(codePoint)
        || Character.isLowerCase(codePoint)
        || Character.isTitleCase(codePoint);
  }

  private static boolean all(String text, IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  static boolean isAlphanumeric(String text) {
    return all(text, PythonText::isAlphanumeric);
  }

  static boolean isAlphabetic(String text) {
    return all(text, Character::isLetter);
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  static boolean isDecimal(String text) {
    return all(text, Character::isDigit);
  }

  static boolean isDigit(String text) {
    return all(text, PythonText::isDigit);
  }

  static boolean isNumeric(String text) {
    return all(text, codePoint -> PythonText.isDigit(codePoint) || PythonText.isNumeric(codePoint));
  }

  static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints()
            .skip(1)
            .allMatch(codePoint ->
                Character.isUnicodeIdentifierPart(codePoint)
                    && !Character.isIdentifierIgnorable(codePoint));
  }

  static boolean isPrintable(String text) {
    return text.codePoints().allMatch(PythonText::isPrintable);
  }

  static boolean isSpace(String text) {
    return all(text, PythonText::isSpace);
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(String text) {
    boolean inWord = false;
    boolean any = false;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      boolean starts = Character.isUpperCase(codePoint) || Character.isTitleCase(codePoint);
      if ((starts && inWord) || (Character.isLowerCase(codePoint) && !inWord)) {
        return false;
      }
      inWord = isCased(codePoint);
      any |= inWord;
      i += Character.charCount(codePoint);
    }
    return any;
  }
}
