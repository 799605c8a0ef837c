package org.blossomlm.data.teacher;

import java.util.Optional;
import org.blossomlm.data.DataException;

/** A teacher gave no answer. The message holds the HTTP status and the beginning of the body. */
public class TeacherException extends DataException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status HTTP status; 0 where no answer came
   */
  public TeacherException(String message, int status) {
    super(message);
    this.status = status;
  }

  public TeacherException(String message, Throwable cause) {
    super(message, cause);
    status = 0;
  }

  /** The HTTP status of the answer, if one came. */
  public Optional<Integer> status() {
    return status == 0 ? Optional.empty() : Optional.of(status);
  }
}
