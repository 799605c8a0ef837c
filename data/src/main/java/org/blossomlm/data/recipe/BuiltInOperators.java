package org.blossomlm.data.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.dedup.DedupOperators;
import org.blossomlm.data.filter.FilterOperators;
import org.blossomlm.data.generate.AnswerCheck;
import org.blossomlm.data.generate.GenerateOperators;
import org.blossomlm.data.math.AnswerPolicy;
import org.blossomlm.data.math.AnswerVerifier;
import org.blossomlm.data.math.MathOperators;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.row.RowOperators;

/** The operators that Blossom brings. Each group is a package; a new one is added here. */
public final class BuiltInOperators {
  private static final OperatorCatalog CATALOG =
      OperatorCatalog.of(
          List.of(
              RowOperators.all(),
              FilterOperators.all(),
              DedupOperators.all(),
              MathOperators.all(),
              GenerateOperators.all(mathChecks())));

  private BuiltInOperators() {}

  public static OperatorCatalog catalog() {
    return CATALOG;
  }

  /** The rules of every source of mathematical problems, as modes of verification. */
  private static Map<String, AnswerCheck> mathChecks() {
    Map<String, AnswerCheck> checks = new LinkedHashMap<>();
    for (AnswerPolicy policy : AnswerPolicy.ALL) {
      AnswerVerifier verifier = new AnswerVerifier(policy);
      checks.put(policy.name(), (_, reference, answer) -> check(verifier, reference, answer));
    }
    return checks;
  }

  private static AnswerCheck.Verdict check(
      AnswerVerifier verifier, String reference, String answer) {
    AnswerVerifier.Verdict verdict = verifier.verify(answer, reference);
    AnswerCheck.Result result =
        switch (verdict.outcome()) {
          case CORRECT -> AnswerCheck.Result.CORRECT;
          case WRONG -> AnswerCheck.Result.WRONG;
          case NO_ANSWER, NO_REFERENCE -> AnswerCheck.Result.UNREADABLE;
        };
    return new AnswerCheck.Verdict(
        result,
        "found %s, the reference is %s"
            .formatted(verdict.answer().orElse("no answer"), verdict.reference()));
  }
}
