package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.operator.OperatorSpec;

/** All operators that ask a teacher, or a model of this machine that stands in for one. */
public final class GenerateOperators {
  private GenerateOperators() {}

  /** With the checks that need no other package: {@code number} and {@code text}. */
  public static List<OperatorSpec> all() {
    return all(Map.of());
  }

  /**
   * With further ways to verify an answer.
   *
   * @param checks by the mode of {@code chat_verify_distiller} that names each, in snake case; a
   *     check of this package gives way to one of the same name
   */
  public static List<OperatorSpec> all(Map<String, AnswerCheck> checks) {
    Map<String, AnswerCheck> allChecks = new LinkedHashMap<>(ChatVerifyDistiller.OWN_CHECKS);
    allChecks.putAll(checks);
    List<OperatorSpec> all = new ArrayList<>();
    all.add(ChatDistiller.spec());
    all.add(ChatVerifyDistiller.spec(allChecks));
    all.add(ChatReasoningConsistencyFilter.spec());
    all.add(LlmJudgeFilter.spec());
    all.add(ChatBetterOfTwo.spec());
    all.addAll(Translation.specs());
    all.add(ChatMultiTurnSynthesizer.spec());
    all.add(InstructionEvolver.spec());
    all.add(SelfInstruct.spec());
    all.add(PersonaInstructor.spec());
    all.addAll(Rewriting.specs());
    all.add(ChatTagger.spec());
    all.addAll(Embedding.specs());
    all.add(Magpie.spec());
    all.add(InstructionDifficulty.spec());
    all.add(PerplexityFilter.spec());
    return List.copyOf(all);
  }
}
