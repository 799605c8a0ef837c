package org.blossomlm.data.generate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By which rules an evolution has failed, but for the one that needs a judge.
 *
 * @see <a href="https://arxiv.org/abs/2304.12244">WizardLM, section 3.2: elimination evolving</a>
 */
final class EvolutionRules {
  /** Words of our prompts that a teacher may carry into what it writes. */
  private static final List<String> PROMPT_WORDS =
      List.of(
          "given instruction",
          "given prompt",
          "original instruction",
          "rewritten instruction",
          "rewritten prompt",
          "new instruction",
          "<instruction>",
          "<result>",
          "给定的指令",
          "原指令",
          "新指令",
          "改写后的指令");

  private static final Pattern REFUSAL =
      Pattern.compile(
          "(?i)\\bsorry\\b|\\bI can(?:no|')t (?:help|assist|do|comply)|\\bas an AI\\b|抱歉|对不起|无法(?:回答|提供|满足|协助)"
              + "|作为(?:一个|一名)?(?:AI|人工智能|语言模型)");

  /** Below which length a refusal is one, and no apology inside of a full answer: the paper's. */
  private static final int REFUSAL_WORDS = 80;

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
  private static final Set<String> STOP_WORDS =
      Set.of(
          "a", "an", "and", "are", "as", "at", "be", "but", "by", "do", "for", "from", "has",
          "have", "i", "if", "in", "is", "it", "its", "me", "my", "no", "not", "of", "on", "or",
          "so", "that", "the", "their", "they", "this", "to", "was", "we", "were", "will", "with",
          "you", "your");

  private EvolutionRules() {}

  /** What is wrong with an instruction that was made from {@code original}. */
  static Optional<String> faultOfInstruction(String original, String evolved) {
    String lower = evolved.toLowerCase(Locale.ROOT);
    String before = original.toLowerCase(Locale.ROOT);
    if (saysNothing(evolved)) {
      return Optional.of("only punctuation and stop words");
    }
    if (PROMPT_WORDS.stream().anyMatch(word -> lower.contains(word) && !before.contains(word))) {
      return Optional.of("words of the prompt copied");
    }
    if (length(evolved) < 4) {
      return Optional.of("too short");
    }
    return faultOfAnswer(evolved).filter(fault -> faultOfAnswer(original).isEmpty());
  }

  /** What is wrong with an answer to an evolved instruction. */
  static Optional<String> faultOfAnswer(String answer) {
    if (saysNothing(answer)) {
      return Optional.of("only punctuation and stop words");
    }
    return REFUSAL.matcher(answer).find() && length(answer) < REFUSAL_WORDS
        ? Optional.of("a refusal")
        : Optional.empty();
  }

  private static boolean saysNothing(String text) {
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      if (!STOP_WORDS.contains(matcher.group())) {
        return false;
      }
    }
    return true;
  }

  /** In words; a word of Chinese has between one and two characters. */
  private static double length(String text) {
    PromptLanguage.Share share = PromptLanguage.Share.of(text);
    return share.words() + share.han() / 1.5;
  }
}
