package org.blossomlm.model.tokenizer;

import java.util.Map;
import java.util.Optional;

/**
 * The regular expressions of published pre-tokenizers and the scanners that stand for them. A
 * regular expression is recognised by its exact text, or by being a {@link ClassPattern}; no
 * backtracking engine ever runs.
 */
final class SplitPatterns {
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String BEFORE_WORD = "[^\\r\\n\\p{L}\\p{N}]?";

  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  static final String LLAMA3 = words("\\p{N}{1,3}");

  static final String QWEN2 = words("\\p{N}");

  static final String QWEN35 =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
          + SPACES;

  static final String TEKKEN = casedWords("", "\\p{N}");

  static final String O200K = casedWords(CONTRACTIONS + "?", "\\p{N}{1,3}");

  static final String DEEPSEEK_V3_WORDS =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
          + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
          + SPACES;

  static final String TRAILING_SPACES = "\\s+$";

  /** Scanners of patterns that match everywhere, so that nothing lies between their matches. */
  private static final Map<String, Splitter> COMPLETE =
      Map.of(
          GPT2, new Gpt2Splitter(),
          LLAMA3, new WordSplitter(3, false),
          QWEN2, new WordSplitter(1, false),
          QWEN35, new WordSplitter(1, true),
          TEKKEN, new CasedWordSplitter(1, false),
          O200K, new CasedWordSplitter(3, true));

  private SplitPatterns() {}

  /** The scanner of a pattern that matches everywhere. */
  static Optional<Splitter> complete(String regex) {
    return Optional.ofNullable(COMPLETE.get(canonical(regex)));
  }

  /** The matcher of a pattern that leaves text between its matches. */
  static Optional<Matcher> partial(String regex) {
    String canonical = canonical(regex);
    return canonical.equals(DEEPSEEK_V3_WORDS)
        ? Optional.of(new DeepSeekV3Words())
        : ClassPattern.compile(canonical).map(Matcher.class::cast);
  }

  /** The splitter of a pattern whose matches and gaps are pieces of their own. */
  static Splitter isolated(String regex) {
    if (regex.equals(TRAILING_SPACES)) {
      return new TrailingSpaces();
    }
    return complete(regex)
        .or(() -> partial(regex).map(matcher -> matcher.splitter(Matcher.Behavior.ISOLATED)))
        .orElseThrow(() -> new IllegalArgumentException("not a known pattern: " + regex));
  }

  /** Line ends are spelt as escapes in some files and as themselves in others. */
  static String canonical(String regex) {
    return regex.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static String words(String digits) {
    return CONTRACTIONS
        + "|"
        + BEFORE_WORD
        + "\\p{L}+|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
        + SPACES;
  }

  private static String casedWords(String suffix, String digits) {
    return BEFORE_WORD
        + UPPER
        + "*"
        + LOWER
        + "+"
        + suffix
        + "|"
        + BEFORE_WORD
        + UPPER
        + "+"
        + LOWER
        + "*"
        + suffix
        + "|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
        + SPACES;
  }
}
