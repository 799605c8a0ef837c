package org.blossomlm.data.math;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.math.AnswerVerifier.Verdict;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.operator.RecordOperator;

/** Operators that find and check answers, without a model. */
public final class MathOperators {
  /** Metadata: what came of the check, in small letters. */
  static final String VERDICT = "math_verdict";

  /** Metadata: the answer that was found. */
  static final String ANSWER = "math_answer";

  private static final String NO_ANSWER = "the solution states no answer";
  private static final String NO_REFERENCE = "the record has no reference answer";

  private static final Parameter POLICY =
      Parameter.choice(
          "policy",
          AnswerPolicy.names(),
          "whose rules hold for finding and comparing answers: percents, order, units, letters");
  private static final Parameter SOLUTION =
      Parameter.of(
          "solution",
          Kind.TEXT,
          "solution",
          "rows: the field with the solution; of chats it is the last assistant message");
  private static final Parameter REFERENCE =
      Parameter.of(
          "reference",
          Kind.TEXT,
          "reference",
          "the metadata key, or of rows the field, with the right answer, bare or at the end of a"
              + " worked solution");
  private static final Parameter KEEP =
      Parameter.choice(
          "keep",
          List.of("correct", "wrong", "all"),
          "which records stay; wrong keeps only those whose answer was found and differs; all"
              + " only writes the verdict into the metadata");
  private static final Parameter MISSING_REFERENCE =
      Parameter.choice(
          "missing_reference",
          List.of("fail", "drop", "keep"),
          "what becomes of a record without a reference answer");

  private MathOperators() {}

  /** All operators of this package. */
  public static List<OperatorSpec> all() {
    return List.of(
        new OperatorSpec(
            "math_verify_filter",
            "Checks the final answer of a solution against the reference: exactly for numbers, by"
                + " identity for formulas.",
            List.of(POLICY, REFERENCE, SOLUTION, KEEP, MISSING_REFERENCE),
            MathOperators::verifyFilter),
        new OperatorSpec(
            "math_answer_extract",
            "Writes the final answer that a solution states into the metadata.",
            List.of(
                POLICY,
                SOLUTION,
                Parameter.of("field", Kind.TEXT, ANSWER, "the metadata key for the answer"),
                Parameter.choice(
                    "missing",
                    List.of("keep", "drop"),
                    "what becomes of a record whose solution states none")),
            MathOperators::answerExtract),
        new OperatorSpec(
            "choice_verify",
            "Checks which option a solution to a multiple-choice problem chooses.",
            List.of(
                REFERENCE,
                SOLUTION,
                Parameter.optional(
                    "options",
                    Kind.TEXT,
                    "the metadata key, or of rows the field, with the options in order; a solution"
                        + " that states a value instead of a letter then chooses the one option"
                        + " that has it"),
                KEEP,
                MISSING_REFERENCE),
            MathOperators::choiceVerify));
  }

  /**
   * Unlike a comparison of the last number of a text, reads 1,234 and 1/2 and 50%, takes 10-3 for
   * no -3, and looks for the answer where solutions state it; only policies that say so fall back
   * on the last number.
   */
  private static RecordOperator verifyFilter(Arguments arguments) {
    AnswerVerifier verifier = verifier(arguments);
    return checked(arguments, (solution, reference, _) -> verifier.verify(solution, reference));
  }

  private static RecordOperator choiceVerify(Arguments arguments) {
    ChoiceVerifier verifier = new ChoiceVerifier();
    Optional<String> options = arguments.optionalText("options");
    return checked(
        arguments,
        (solution, reference, record) ->
            verifier.verify(
                solution,
                reference,
                options.map(name -> MathFields.options(record, name)).orElse(List.of())));
  }

  private interface Check {
    Verdict verdict(String solution, String reference, DataRecord record);
  }

  private static RecordOperator checked(Arguments arguments, Check check) {
    String solutionField = arguments.text("solution");
    String referenceField = arguments.text("reference");
    String keep = arguments.text("keep");
    String missing = arguments.text("missing_reference");
    return (record, _) -> {
      String solution = MathFields.solution(record, solutionField);
      String reference = MathFields.text(record, referenceField).orElse("");
      Verdict verdict = check.verdict(solution, reference, record);
      DataRecord judged =
          record
              .withMetadata(VERDICT, verdict.outcome().name().toLowerCase(Locale.ROOT))
              .withMetadata(ANSWER, verdict.answer().orElse(null));
      if (verdict.outcome() == AnswerVerifier.Outcome.NO_REFERENCE) {
        return switch (missing) {
          case "fail" ->
              Outcome.keep(
                  record.failed(NO_REFERENCE + " in " + referenceField + ": set reference"));
          case "drop" -> Outcome.drop(NO_REFERENCE);
          default -> Outcome.keep(judged);
        };
      }
      boolean stays =
          switch (keep) {
            case "correct" -> verdict.isCorrect();
            case "wrong" -> verdict.outcome() == AnswerVerifier.Outcome.WRONG;
            default -> true;
          };
      return stays ? Outcome.keep(judged) : Outcome.drop(reason(verdict.outcome()));
    };
  }

  private static String reason(AnswerVerifier.Outcome outcome) {
    return switch (outcome) {
      case CORRECT -> "the answer agrees with the reference";
      case WRONG -> "the answer differs from the reference";
      case NO_ANSWER -> NO_ANSWER;
      case NO_REFERENCE -> NO_REFERENCE;
    };
  }

  private static RecordOperator answerExtract(Arguments arguments) {
    AnswerVerifier verifier = verifier(arguments);
    String solutionField = arguments.text("solution");
    String field = arguments.text("field");
    boolean drop = arguments.text("missing").equals("drop");
    return (record, _) -> {
      Optional<String> answer = verifier.extract(MathFields.solution(record, solutionField));
      return answer.isEmpty() && drop
          ? Outcome.drop(NO_ANSWER)
          : Outcome.keep(record.withMetadata(field, answer.orElse(null)));
    };
  }

  private static AnswerVerifier verifier(Arguments arguments) {
    return new AnswerVerifier(AnswerPolicy.named(arguments.text("policy")).orElseThrow());
  }
}
