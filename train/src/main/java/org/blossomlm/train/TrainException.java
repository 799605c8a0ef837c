package org.blossomlm.train;

/**
 * A run cannot start or go on. The message is one line that a user can act on: what was wrong,
 * where, what was found and what is allowed.
 */
public class TrainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TrainException(String message) {
    super(message);
  }

  public TrainException(String message, Throwable cause) {
    super(message, cause);
  }
}
