package org.blossomlm.data.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.blossomlm.data.math.AnswerVerifier.Outcome;
import org.blossomlm.data.math.AnswerVerifier.Verdict;

/**
 * Checks solutions to multiple-choice problems. A solution that names no letter chooses the option
 * whose value it states, if exactly one has it.
 */
public final class ChoiceVerifier {
  static final int MAX_OPTIONS = 26;

  private final AnswerVerifier letters = new AnswerVerifier(AnswerPolicy.TAL_SCQ5K);
  private final AnswerVerifier values = new AnswerVerifier(AnswerPolicy.GENERIC);

  /**
   * Checks {@code solution}.
   *
   * @param reference letters, or the text of the right option
   * @param options the texts of A, B, ...; empty if they are not known
   */
  public Verdict verify(String solution, String reference, List<String> options) {
    if (reference.isBlank()) {
      return new Verdict(Outcome.NO_REFERENCE, chosen(solution, options), reference);
    }
    String expected = letter(reference, options).orElse(reference.strip());
    Optional<String> answer = chosen(solution, options);
    Outcome outcome =
        answer.isEmpty()
            ? Outcome.NO_ANSWER
            : letters.same(expected, answer.get()) ? Outcome.CORRECT : Outcome.WRONG;
    return new Verdict(outcome, answer, expected);
  }

  private Optional<String> chosen(String solution, List<String> options) {
    Optional<String> stated = values.extract(solution);
    // "The answer is A" has no value; a letter that is an option's text is taken as a letter.
    return letters.extract(solution).or(() -> stated.flatMap(value -> holding(value, options)));
  }

  private Optional<String> letter(String reference, List<String> options) {
    return letters.parse(reference) instanceof MathValue.Choice(String chosen)
        ? Optional.of(chosen)
        : holding(reference, options);
  }

  /** The letter of the only option that means {@code value}. */
  private Optional<String> holding(String value, List<String> options) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < options.size() && i < MAX_OPTIONS; i++) {
      if (values.same(options.get(i), value)) {
        found.add(String.format(Locale.ROOT, "%c", 'A' + i));
      }
    }
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }
}
