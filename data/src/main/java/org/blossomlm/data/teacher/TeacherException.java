package org.blossomlm.data.teacher;

import java.util.Optional;
import org.blossomlm.data.DataException;

/** A teacher gave no answer. The message holds the HTTP status and the beginning of the body. */
public class TeacherException extends DataException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean passing;

  /**
   * @param status HTTP status; 0 where no answer came
   */
  public TeacherException(String message, int status) {
    this(message, status, false);
  }

  public TeacherException(String message, Throwable cause) {
    super(message, cause);
    status = 0;
    passing = false;
  }

  private TeacherException(String message, int status, boolean passing) {
    super(message);
    this.status = status;
    this.passing = passing;
  }

  /**
   * The service did not get to the request: a connection error, a time-out, 429, 5xx, something
   * that is no answer.
   *
   * @param status HTTP status; 0 where no answer came
   */
  public static TeacherException passing(String message, int status) {
    return new TeacherException(message, status, true);
  }

  /** The HTTP status of the answer, if one came. */
  public Optional<Integer> status() {
    return status == 0 ? Optional.empty() : Optional.of(status);
  }

  /** Whether the same request may well be answered later; a refusal of the request is not. */
  public boolean isPassing() {
    return passing;
  }
}
