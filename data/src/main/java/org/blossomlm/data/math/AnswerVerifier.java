package org.blossomlm.data.math;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Checks the answer that a solution states against a reference, under one {@link AnswerPolicy}.
 * Safe for use by many threads; work and memory are bounded whatever the texts are.
 *
 * <pre>{@code
 * AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.GENERIC);
 * verifier.verify("... so the answer is \\boxed{\\frac{1}{2}}.", "0.5").isCorrect(); // true
 * }</pre>
 */
public final class AnswerVerifier {
  /** A reference may give several forms: {@code \frac{3}{10} ## 0.3}. */
  private static final Pattern ALTERNATIVES =
      Pattern.compile("(?<!#)\\s*\\\\?#\\s*\\\\?#(?!#)\\s*");

  private final AnswerPolicy policy;
  private final AnswerParser parser;
  private final AnswerExtractor extractor;
  private final AnswerComparison comparison;

  /** What came of a check. */
  public enum Outcome {
    CORRECT,
    WRONG,
    /** The solution states no answer. */
    NO_ANSWER,
    /** The reference is blank. */
    NO_REFERENCE
  }

  /**
   * What came of a check, and of what.
   *
   * @param answer what the solution states, as it is written there
   * @param reference what it was compared with
   */
  public record Verdict(Outcome outcome, Optional<String> answer, String reference) {
    public boolean isCorrect() {
      return outcome == Outcome.CORRECT;
    }
  }

  public AnswerVerifier(AnswerPolicy policy) {
    this.policy = policy;
    this.parser = new AnswerParser(policy);
    this.extractor = new AnswerExtractor(policy);
    this.comparison = new AnswerComparison(policy);
  }

  public AnswerPolicy policy() {
    return policy;
  }

  /** The answer that {@code solution} states, as it is written there. */
  public Optional<String> extract(String solution) {
    return extractor.extract(solution);
  }

  /** What {@code answer}, without a solution around it, means; what has no meaning is text. */
  public MathValue parse(String answer) {
    return parser.parse(answer);
  }

  /** Whether two bare answers mean the same. */
  public boolean same(String reference, String answer) {
    MathValue found = parser.parse(answer);
    List<String> alternatives = List.of(ALTERNATIVES.split(reference));
    return comparison.same(parser.parse(reference), found)
        || (alternatives.size() > 1
            && alternatives.stream().anyMatch(form -> comparison.same(parser.parse(form), found)));
  }

  /**
   * Checks {@code solution}.
   *
   * @param reference the bare answer, or a solution that ends in one as GSM8K's do
   */
  public Verdict verify(String solution, String reference) {
    String expected = referenceAnswer(reference);
    Optional<String> answer = extractor.extract(solution);
    Outcome outcome =
        expected.isBlank()
            ? Outcome.NO_REFERENCE
            : answer.isEmpty()
                ? Outcome.NO_ANSWER
                : same(expected, answer.get()) ? Outcome.CORRECT : Outcome.WRONG;
    return new Verdict(outcome, answer, expected);
  }

  /**
   * The answer within a reference: after its mark if it is a worked solution, else all of it. A
   * reference has no guessing: its last number counts only if it is nothing else.
   */
  public String referenceAnswer(String reference) {
    String bare = reference.strip();
    boolean marked = bare.contains("####") || bare.contains("\\boxed") || bare.contains("\nA:");
    return marked ? extractor.extract(bare).orElse(bare) : bare;
  }
}
