package org.blossomlm.data.generate;

/** Compares an answer with a reference by rule, without a teacher. Stateless. */
@FunctionalInterface
public interface AnswerCheck {
  /** What came out. */
  enum Result {
    CORRECT,
    WRONG,
    /** The reference or the answer has nothing that this check can read. */
    UNREADABLE
  }

  /**
   * @param reason for metadata: what was compared
   */
  record Verdict(Result result, String reason) {}

  /**
   * Whether {@code answer} comes to the same as {@code reference}.
   *
   * @param question what was asked
   * @param reference what is known to be right, as its source spells it
   * @param answer a teacher's whole answer, reasoning left out
   */
  Verdict check(String question, String reference, String answer);
}
