package org.blossomlm.data.generate;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a translation or rewriting must not change. Code blocks are taken out before a teacher sees
 * the text, a marker stands for each, and are put back after it. Inline code, formulas, addresses
 * and placeholders are seen, and looked for in the result; so are numbers, by value: {@code 3
 * million} may become 300万. Numbers up to 12 may become words (months, hours, ordinals), and
 * decades and centuries other numbers (the 1990s, 20世纪90年代).
 */
final class PreservedText {
  private static final Pattern FENCED =
      Pattern.compile("(?ms)^[ \\t]*(`{3,}|~{3,}).*?(?:^[ \\t]*\\1[`~]*[ \\t]*$|\\z)");
  private static final Pattern MARKER = Pattern.compile("⟦(\\d{1,6})⟧");
  private static final List<Pattern> PROTECTED =
      List.of(
          Pattern.compile("(?<!`)`[^`\\n]+`(?!`)"),
          Pattern.compile("\\bhttps?://[\\w\\-./?%&=#~+@!:]*[\\w/#=&]"),
          Pattern.compile("\\{\\{[^{}\\n]{1,60}}}|(?<![\\\\{\\w^])\\{[A-Za-z_][\\w.]{0,40}}(?!})"),
          Pattern.compile(
              "(?s)\\$\\$.{1,2000}?\\$\\$|\\\\\\[.{1,2000}?\\\\]|\\\\\\(.{1,2000}?\\\\\\)"),
          // What has words in a row are two prices and what is said between them.
          Pattern.compile(
              "(?<![\\\\$\\w])\\$(?![\\s$]|[^$\\n]*(?<![\\\\{\\w])[a-z]{3,} [a-z]{2,})[^$\\n]{0,300}?(?<![\\s\\\\$])\\$(?![\\d$])"));
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?i)(?<![\\d.])(\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(\\.\\d+)?"
              + "(?:\\s*(thousand|million|billion|trillion|千万|百万|万亿|万|亿|千(?![米克瓦卡伏赫帕字]))"
              + "(?![a-z])|(\\s*世纪|\\s*年代|s\\b))?");
  private static final Map<String, Integer> ZEROS =
      Map.of(
          "thousand",
          3,
          "million",
          6,
          "billion",
          9,
          "trillion",
          12,
          "千",
          3,
          "万",
          4,
          "百万",
          6,
          "千万",
          7,
          "亿",
          8,
          "万亿",
          12);
  private static final BigDecimal LARGEST_WORD = BigDecimal.valueOf(12);

  /** Longer digits are data such as keys; they are compared as text. */
  private static final int LONGEST_NUMBER = 40;

  private final String source;
  private final String shown;
  private final List<String> blocks;
  private final int firstMarker;

  private PreservedText(String source, String shown, List<String> blocks, int firstMarker) {
    this.source = source;
    this.shown = shown;
    this.blocks = blocks;
    this.firstMarker = firstMarker;
  }

  static PreservedText of(String source) {
    // A text that has such markers itself keeps them; ours are numbered beyond.
    int first =
        1
            + MARKER
                .matcher(source)
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .max()
                .orElse(0);
    List<String> blocks = new ArrayList<>();
    String shown =
        FENCED
            .matcher(source)
            .replaceAll(match -> {
              blocks.add(match.group());
              return "⟦" + (first + blocks.size() - 1) + "⟧";
            });
    return new PreservedText(source, shown, List.copyOf(blocks), first);
  }

  /** The text as a teacher is to see it: without code blocks. */
  String shown() {
    return shown;
  }

  /** Whether there is something to say in another language besides code. */
  boolean hasWords() {
    PromptLanguage.Share share = PromptLanguage.Share.of(shown);
    return share.han() + share.words() > 0;
  }

  /**
   * {@code result} with the code blocks.
   *
   * @throws GenerationException naming what the result has lost
   */
  String restore(String result) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      String marker = "⟦" + (firstMarker + i) + "⟧";
      int count = count(result, marker);
      if (count != 1) {
        problems.add("the marker " + marker + " must be there once, found " + count + " times");
      }
    }
    for (String part : protectedParts(shown)) {
      if (count(result, part) < count(shown, part)) {
        problems.add("\"" + part + "\" must be kept as it is");
      }
    }
    Set<String> numbers = numbers(result);
    for (String number : numbers(shown)) {
      if (!numbers.contains(number)) {
        problems.add("the number " + number + " is missing; write it in digits");
      }
    }
    if (!problems.isEmpty()) {
      throw new GenerationException(
          String.join("; ", problems.subList(0, Math.min(5, problems.size()))));
    }
    return MARKER
        .matcher(result)
        .replaceAll(match -> {
          int block = Integer.parseInt(match.group(1)) - firstMarker;
          return Matcher.quoteReplacement(
              block >= 0 && block < blocks.size() ? blocks.get(block) : match.group());
        });
  }

  /** The source, code blocks included. */
  String source() {
    return source;
  }

  /** Inline code, formulas, addresses, placeholders; a formula with words in it may change. */
  private static Set<String> protectedParts(String text) {
    Set<String> parts = new LinkedHashSet<>();
    for (Pattern pattern : PROTECTED) {
      Matcher matcher = pattern.matcher(text);
      while (matcher.find()) {
        String part = matcher.group();
        boolean words = part.contains("\\text") || part.contains("\\mbox");
        boolean han = PromptLanguage.Share.of(part).han() > 0;
        if (!words && !han) {
          parts.add(part);
        }
      }
    }
    return parts;
  }

  private static Set<String> numbers(String text) {
    Set<String> numbers = new LinkedHashSet<>();
    Matcher matcher = NUMBER.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC));
    while (matcher.find()) {
      number(matcher).ifPresent(numbers::add);
    }
    return numbers;
  }

  private static Optional<String> number(MatchResult match) {
    String digits =
        match.group(1).replace(",", "") + (match.group(2) == null ? "" : match.group(2));
    if (digits.length() > LONGEST_NUMBER) {
      return Optional.of(digits);
    }
    if (match.group(4) != null) {
      return Optional.empty();
    }
    String magnitude = match.group(3);
    BigDecimal value = new BigDecimal(digits);
    if (magnitude != null) {
      Integer zeros = ZEROS.get(magnitude.toLowerCase(Locale.ROOT));
      value = value.scaleByPowerOfTen(zeros == null ? 0 : zeros);
    }
    return value.compareTo(LARGEST_WORD) <= 0 && value.stripTrailingZeros().scale() <= 0
        ? Optional.empty()
        : Optional.of(value.stripTrailingZeros().toPlainString());
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
