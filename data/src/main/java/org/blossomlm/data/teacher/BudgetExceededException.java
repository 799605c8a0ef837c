package org.blossomlm.data.teacher;

/** The next call could cost more than is left of the budget; it was not sent. */
public final class BudgetExceededException extends ResumableException {
  private static final long serialVersionUID = 1L;

  BudgetExceededException(String message) {
    super(message);
  }
}
