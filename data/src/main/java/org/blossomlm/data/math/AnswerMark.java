package org.blossomlm.data.math;

/** How a solution shows its answer. */
public enum AnswerMark {
  /** The last {@code \boxed{...}} or {@code \fbox{...}}. */
  BOXED,
  /** What follows the first {@code ####} on its line. */
  HASHES,
  /** The last line that begins with {@code A:}. */
  A_LINE,
  /**
   * What follows the last "the answer is", 答案是, 故答案为 or 答： in its sentence; where that is a whole
   * sentence, its first number, or its last one after 答：, which repeats the question.
   */
  PHRASE,
  /** The letters that are boxed, or follow 故选, "the answer is" and the like, or stand alone. */
  CHOICE,
  /** The last number of the text, without what is only an exponent or part of a word. */
  LAST_NUMBER
}
