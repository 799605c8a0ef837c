package org.blossomlm.train.example;

/** What became of a record, besides samples. */
public enum ExampleNote {
  /** Turns at its end were left out because it has too many tokens. */
  CUT(false),
  /** It gave several samples because the template changes history, or because a text is long. */
  SPLIT(false),
  /** All or some of its samples were left out because they have too many tokens. */
  TOO_LONG(true),
  /** The template leaves out what the model thought, so that is not learnt. */
  REASONING_LEFT_OUT(false),
  /** An operator had marked it as failed. */
  FAILED(false),
  /** No answer in it has anything to learn. */
  NOTHING_TO_LEARN(true),
  /** The template writes no token that ends an answer. */
  NO_END_TOKEN(true),
  /** The template writes an answer differently once the conversation goes on. */
  HISTORY_CHANGES(true),
  /** The template's prompt is not how it begins the answer. */
  PROMPT_DIFFERS(true),
  /** The template refuses it. */
  REFUSED(true),
  /** It is neither a conversation nor a text. */
  NOT_A_SAMPLE(true);

  private final boolean problem;

  ExampleNote(boolean problem) {
    this.problem = problem;
  }

  /** Whether a run may fail because of it. */
  public boolean isProblem() {
    return problem;
  }
}
