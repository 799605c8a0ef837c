package org.blossomlm.data.teacher;

import org.blossomlm.data.DataException;

/**
 * A run must stop, through no fault of a record, and can be resumed later: what was answered so far
 * lies in the call cache. Not a {@link TeacherException}, so that operators that note failures at
 * records let it pass.
 */
public abstract sealed class ResumableException extends DataException
    permits BudgetExceededException, TeacherUnavailableException {
  private static final long serialVersionUID = 1L;

  ResumableException(String message) {
    super(message);
  }
}
