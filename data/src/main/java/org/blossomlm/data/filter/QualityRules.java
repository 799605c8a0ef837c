package org.blossomlm.data.filter;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks for damage in one text; code blocks are left out, except for control characters.
 *
 * @param maxSymbols of characters, in texts of at least {@code minSymbolLength}
 * @param maxEllipses of lines, in texts of at least {@code minLines}
 * @param maxBullets of lines, likewise
 */
record QualityRules(
    double maxSymbols,
    double maxEllipses,
    double maxBullets,
    long minLines,
    long minSymbolLength,
    boolean mojibake,
    boolean controls,
    boolean truncated) {
  private static final Pattern BULLET = Pattern.compile("^\\s*(?:[-*+•●○■◆▪‣·]|\\d+[.)、])\\s*\\S");
  private static final Pattern ELLIPSIS = Pattern.compile("(?:\\.{3,}|…+|。{3,})\\s*$");

  /**
   * UTF-8 read as Latin-1 or Windows-1252 (é as Ã©, ’ as â€™, 中 as ä¸­), UTF-8 read as GBK and
   * written back (锟斤拷, 烫烫烫), and the mark of bytes that could not be read.
   */
  private static final Pattern MOJIBAKE =
      Pattern.compile(
          "\uFFFD|锟斤拷|烫烫烫|屯屯屯|â€[™œ\u009D\u0093\u0094¦˜\"“”•–—]"
              + "|Ã[\u0080-\u00BF]|[äåæçèé][\u0080-\u00BFœŒžŸ‚„…†‡ˆ‰‹›™][\u0080-\u00BF­œžŸ‚„…†‡ˆ‰‹›™]"
              + "|ï¼[\u0080-\u00BFŒš]|ã€[\u0080-\u009F‚]|鈥[檚淢滄]|銆[佸傛]");

  /** Ends of a text that need no full stop: a word alone, a formula, a list, a link. */
  private static final int SHORT = 60;

  private static final String CLOSING = ".!?。！？…;；:：)）]】}」』\"”'’`*_~>》|$-—%％°";
  private static final String DANGLING_PUNCTUATION = ",，、(（[【{「『《“‘";
  private static final List<String> DANGLING_WORDS =
      List.of(
          " the",
          " a",
          " an",
          " of",
          " and",
          " or",
          " to",
          " in",
          " with",
          " for",
          " that",
          " is",
          " are",
          " was",
          " because",
          " but",
          " if",
          " by",
          " from",
          " as",
          " which");

  /** What is wrong with {@code text}, without numbers; empty where nothing is. */
  Optional<String> fault(String text) {
    if (controls && hasControls(text)) {
      return Optional.of("has control characters");
    }
    if (mojibake && MOJIBAKE.matcher(text).find()) {
      return Optional.of("is in a wrong encoding");
    }
    String prose = Prose.withoutCode(text);
    int length = prose.codePointCount(0, prose.length());
    if (length >= minSymbolLength && symbols(prose) > maxSymbols * length) {
      return Optional.of("has too many symbols");
    }
    List<String> lines = prose.lines().filter(line -> !line.isBlank()).toList();
    if (lines.size() >= minLines) {
      if (count(lines, ELLIPSIS) > maxEllipses * lines.size()) {
        return Optional.of("has too many ellipses");
      }
      if (count(lines, BULLET) > maxBullets * lines.size()) {
        return Optional.of("has too many bullets");
      }
    }
    return truncated && breaksOff(text) ? Optional.of("breaks off") : Optional.empty();
  }

  private static long count(List<String> lines, Pattern pattern) {
    return lines.stream().filter(line -> pattern.matcher(line).find()).count();
  }

  private static boolean hasControls(String text) {
    return text.chars()
        .anyMatch(c ->
            (c < 0x20 && c != '\n' && c != '\t' && c != '\r')
                || (c >= 0x7F && c < 0xA0 && c != 0x85));
  }

  private static long symbols(String text) {
    return text.codePoints()
        .filter(c ->
            switch (Character.getType(c)) {
              case Character.MATH_SYMBOL,
                  Character.CURRENCY_SYMBOL,
                  Character.MODIFIER_SYMBOL,
                  Character.OTHER_SYMBOL,
                  Character.PRIVATE_USE,
                  Character.UNASSIGNED ->
                  true;
              default -> c == '#' || c == '*' || c == '@' || c == '&' || c == '_' || c == '\\';
            })
        .count();
  }

  /**
   * Whether the text ends where none would end it: after a comma, an opening bracket or a word that
   * needs another; or, where it is long and has sentences that end properly, in the middle of one.
   */
  static boolean breaksOff(String text) {
    String ended = ContentOperators.trim(text, "");
    if (ended.isEmpty()) {
      return false;
    }
    if (CodeFence.hasUnclosed(ended)) {
      return true;
    }
    String lastLine = ended.substring(ended.lastIndexOf('\n') + 1);
    char last = ended.charAt(ended.length() - 1);
    if (DANGLING_PUNCTUATION.indexOf(last) >= 0) {
      return true;
    }
    for (String word : DANGLING_WORDS) {
      if (lastLine.length() > SHORT / 2 && lastLine.endsWith(word)) {
        return true;
      }
    }
    boolean punctuated = ended.length() > lastLine.length() || hasSentenceEnd(lastLine);
    int length = lastLine.codePointCount(0, lastLine.length());
    boolean chinese = lastLine.codePoints().filter(QualityRules::isHan).count() * 2 > length;
    return punctuated
        && hasSentenceEnd(ended)
        && length > (chinese ? SHORT / 2 : SHORT)
        && CLOSING.indexOf(last) < 0
        && Character.isLetter(ended.codePointBefore(ended.length()))
        && !BULLET.matcher(lastLine).find()
        && !lastLine.contains("http")
        && !lastLine.startsWith("|");
  }

  private static boolean isHan(int c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
  }

  private static boolean hasSentenceEnd(String text) {
    return text.indexOf('。') >= 0
        || text.contains(". ")
        || text.contains(".\n")
        || text.contains("! ")
        || text.contains("? ")
        || text.indexOf('！') >= 0
        || text.indexOf('？') >= 0;
  }
}
